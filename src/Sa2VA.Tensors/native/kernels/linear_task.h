// One block of a linear layer. Included inside the namespace of an instruction set.

constexpr int64_t DepthBlock = 512;  // every sum is cut here, whatever the shape: part of the result's definition

// Adds one depth block's sums to an output tile; after the last block, scale, bias and activation.
struct LinearTile {
  const LinearPlan& p;
  float* out;           // first element of the tile
  int64_t column;       // of the tile in the layer
  int64_t columns;      // valid ones
  bool first, last;

  template <int MR, int NV>
  SV_INLINE void finish(Vec (&acc)[MR][NV]) const {
#pragma GCC unroll 4
    for (int j = 0; j < NV; j++) {
      const int64_t n = smaller(W, columns - j * W);
      if (n <= 0) return;
      const Vec bias = last && p.bias ? load_first(p.bias + column + j * W, n) : zero();
      const Vec scale = last && p.scale ? load_first(p.scale + column + j * W, n) : zero();
#pragma GCC unroll 16
      for (int i = 0; i < MR; i++) {
        float* to = out + i * p.ldo + j * W;
        Vec v = acc[i][j];
        if (!first) v = add(n == W ? load(to) : load_first(to, n), v);
        if (last) v = activate(p.scale ? fma(v, scale, bias) : add(v, bias), p.act);
        if (n == W) store(to, v);
        else store_first(to, v, n);
      }
    }
  }
};

struct LinearPanelTile {
  const float *a, *b;
  int64_t depth;
  LinearTile tile;
  template <int MR>
  SV_INLINE void run() const {
    Vec acc[MR][Wide];
    multiply<MR, Wide, 1, MR, false>(a, b, depth, nullptr, 0, acc);
    tile.finish(acc);
  }
};

template <typename T>
inline void linear_block(const LinearPlan& p, int64_t row, int64_t rows, int64_t column, int64_t columns) {
  const Panels panels(rows);
  const int64_t strips = (columns + Columns - 1) / Columns;
  float* packed_w = scratch(strips * Columns * DepthBlock + DepthBlock * MaxRows + 2 * W);
  float* packed_x = packed_w + strips * Columns * DepthBlock;
  for (int64_t k = 0; k < p.K; k += DepthBlock) {
    const int64_t depth = smaller(DepthBlock, p.K - k);
    const bool first = k == 0, last = k + depth == p.K;
    for (int64_t s = 0; s < strips; s++) {
      const int64_t c = column + s * Columns;
      pack_columns(static_cast<const T*>(p.w) + c * p.K + k, p.K, smaller(Columns, column + columns - c), depth,
                   packed_w + s * Columns * depth, Columns);
    }
    for (int64_t i = 0; i < panels.count; i++) {
      const int64_t r = row + panels.start(i), count = panels.size(i);
      pack_columns(p.x + r * p.ldx + k, p.ldx, count, depth, packed_x, count);
      for (int64_t s = 0; s < strips; s++) {
        const int64_t c = column + s * Columns;
        const LinearTile tile{p, p.out + r * p.ldo + c, c, smaller(Columns, column + columns - c), first, last};
        with_rows<MaxRows>(count, LinearPanelTile{packed_x, packed_w + s * Columns * depth, depth, tile});
      }
    }
  }
}

// A few rows: four vectors of columns at a time, so that enough sums are under way, and each weight is read once into
// the first-level cache and used at once. The order of every sum is that of linear_block.
constexpr int SmallWide = 4, SmallColumns = SmallWide * W;
constexpr int64_t SmallDepth = 64;

struct SmallTile {
  const float *a, *b;
  int64_t depth;
  float* sums;
  bool resume, complete;
  LinearTile tile;
  template <int MR>
  SV_INLINE void run() const {
    Vec acc[MR][SmallWide];
    if (resume) multiply<MR, SmallWide, 1, MR, true>(a, b, depth, sums, SmallColumns, acc);
    else multiply<MR, SmallWide, 1, MR, false>(a, b, depth, nullptr, 0, acc);
    if (complete) {
      tile.finish(acc);
      return;
    }
    for (int i = 0; i < MR; i++)
      for (int j = 0; j < SmallWide; j++) store(sums + i * SmallColumns + j * W, acc[i][j]);
  }
};

template <typename T>
inline void linear_few_rows(const LinearPlan& p, int64_t column, int64_t columns) {
  float* packed_x = scratch(p.K * p.M + W + SmallColumns * SmallDepth + SmallRows * SmallColumns);
  float* packed_w = packed_x + p.K * p.M + W;
  float* sums = packed_w + SmallColumns * SmallDepth;
  pack_columns(p.x, p.ldx, p.M, p.K, packed_x, p.M);
  for (int64_t c = column; c < column + columns; c += SmallColumns) {
    const int64_t valid = smaller(SmallColumns, column + columns - c);
    if (valid < SmallColumns) __builtin_memset(packed_w, 0, sizeof(float) * SmallColumns * SmallDepth);
    for (int64_t k = 0; k < p.K; k += SmallDepth) {
      const int64_t depth = smaller(SmallDepth, p.K - k), in_block = k % DepthBlock;
      const bool complete = in_block + depth == DepthBlock || k + depth == p.K;
      pack_columns(static_cast<const T*>(p.w) + c * p.K + k, p.K, valid, depth, packed_w, SmallColumns);
      const LinearTile tile{p, p.out + c, c, valid, k < DepthBlock, k + depth == p.K};
      with_rows<SmallRows>(p.M, SmallTile{packed_x + k * p.M, packed_w, depth, sums, in_block != 0, complete, tile});
    }
  }
}

inline void linear_task(const LinearPlan& p, int64_t task) {
  const int64_t row = task / p.across * p.rows_per, column = task % p.across * p.columns_per;
  const int64_t rows = smaller(p.rows_per, p.M - row), columns = smaller(p.columns_per, p.N - column);
  if (p.M <= SmallRows) {
    if (p.weight == SV_WEIGHT_BF16) linear_few_rows<bf16>(p, column, columns);
    else if (p.weight == SV_WEIGHT_INT8) linear_few_rows<int8_t>(p, column, columns);
    else linear_few_rows<float>(p, column, columns);
  } else {
    if (p.weight == SV_WEIGHT_BF16) linear_block<bf16>(p, row, rows, column, columns);
    else if (p.weight == SV_WEIGHT_INT8) linear_block<int8_t>(p, row, rows, column, columns);
    else linear_block<float>(p, row, rows, column, columns);
  }
}
