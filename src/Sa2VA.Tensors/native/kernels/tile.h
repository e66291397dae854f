// Packing and the register tile of the matrix products. Included inside the namespace of an instruction set.

constexpr int Wide = 2;            // vectors across a tile
constexpr int Columns = Wide * W;  // columns of a tile
constexpr int64_t Ahead = 256;     // bytes: so many rows are read at once that the processor does not foresee them all

SV_INLINE int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

// Rows [0, rows) of src become columns: dst[k * pitch + row], `depth` deep; columns up to the next multiple of W are
// zero. `pitch` may be less than W times the vectors when rows <= pitch: each k overwrites the surplus of the last, so
// that dst needs W floats of slack.
template <typename T>
inline void pack_columns(const T* src, int64_t ld, int64_t rows, int64_t depth, float* dst, int64_t pitch) {
  for (int64_t r0 = 0; r0 < rows; r0 += W) {
    const int64_t valid = smaller(W, rows - r0);
    const T* base = src + r0 * ld;
    float* column = dst + r0;
    int64_t k = 0;
    if constexpr (sizeof(T) == sizeof(bf16)) {
      // Whole cache lines of a row at a time, turned in pairs: rows of weights often lie at multiples of 4096 bytes,
      // where a line that is only half used would be gone before its second half is wanted.
      for (; valid == W && k + 2 * W <= depth; k += 2 * W) {
        Vec t[W];
        for (int i = 0; i < W; i++) {
          __builtin_prefetch(base + i * ld + k + Ahead / sizeof(T));
          t[i] = load_pairs(base + i * ld + k);
        }
        transpose(t);
        for (int i = 0; i < W; i++) {
          store(column + (k + 2 * i) * pitch, low_half(t[i]));
          store(column + (k + 2 * i + 1) * pitch, high_half(t[i]));
        }
      }
    }
    if constexpr (sizeof(T) == sizeof(int8_t)) {
      for (; valid == W && k + 4 * W <= depth; k += 4 * W) {
        Vec t[W];
        for (int i = 0; i < W; i++) {
          __builtin_prefetch(base + i * ld + k + Ahead);
          t[i] = load_quads(base + i * ld + k);
        }
        transpose(t);
        for (int i = 0; i < W; i++) {
          store(column + (k + 4 * i) * pitch, quarter<0>(t[i]));
          store(column + (k + 4 * i + 1) * pitch, quarter<1>(t[i]));
          store(column + (k + 4 * i + 2) * pitch, quarter<2>(t[i]));
          store(column + (k + 4 * i + 3) * pitch, quarter<3>(t[i]));
        }
      }
    }
    for (; k < depth; k += W) {
      const int64_t count = smaller(W, depth - k);
      Vec t[W];
      if (count == W && valid == W) {
        for (int i = 0; i < W; i++) {
          __builtin_prefetch(base + i * ld + k + Ahead / sizeof(T));
          t[i] = load(base + i * ld + k);
        }
      } else {
        for (int i = 0; i < W; i++) t[i] = i < valid ? load_first(base + i * ld + k, count) : zero();
      }
      transpose(t);
      float* to = column + k * pitch;
      if (count == W) {
        for (int i = 0; i < W; i++) store(to + i * pitch, t[i]);
      } else {
        for (int i = 0; i < count; i++) store(to + i * pitch, t[i]);
      }
    }
  }
}

// acc[i][j] = start + sum_k a(i, k) * b(k, j) in ascending k, a(i, k) = a[i * row + k * step], b dense with NV vectors
// per k. The sum continues from c when `resume`.
template <int MR, int NV, int Row, int Step, bool Resume>
SV_INLINE void multiply(const float* a, const float* b, int64_t depth, const float* c, int64_t ldc, Vec (&acc)[MR][NV]) {
#pragma GCC unroll 16
  for (int i = 0; i < MR; i++)
#pragma GCC unroll 4
    for (int j = 0; j < NV; j++) acc[i][j] = Resume ? load(c + i * ldc + j * W) : zero();
#pragma GCC unroll 2
  for (int64_t k = 0; k < depth; k++) {
    Vec bv[NV];
#pragma GCC unroll 4
    for (int j = 0; j < NV; j++) bv[j] = load(b + j * W);
    b += NV * W;
#pragma GCC unroll 16
    for (int i = 0; i < MR; i++) {
      const Vec av = splat(a[i * Row]);
#pragma GCC unroll 4
      for (int j = 0; j < NV; j++) acc[i][j] = fma(av, bv[j], acc[i][j]);
    }
    a += Step;
  }
}

// Calls f.template run<MR>() for the run-time row count.
template <int MR, typename F>
SV_INLINE void with_rows(int64_t rows, const F& f) {
  if constexpr (MR > 1) {
    if (rows < MR) return with_rows<MR - 1>(rows, f);
  }
  f.template run<MR>();
}

// Cuts `rows` into panels of at most MaxRows rows, as equal as can be.
struct Panels {
  int64_t count, base, longer;
  explicit Panels(int64_t rows) : count((rows + MaxRows - 1) / MaxRows), base(rows / count), longer(rows % count) {}
  SV_INLINE int64_t size(int64_t p) const { return base + (p < longer ? 1 : 0); }
  SV_INLINE int64_t start(int64_t p) const { return p * base + smaller(p, longer); }
};
