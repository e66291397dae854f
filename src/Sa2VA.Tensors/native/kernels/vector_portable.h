// Four float lanes through the compiler's vector types: SSE2, NEON, or scalar code, whatever the target has.
constexpr int W = 4;          // lanes
constexpr int MaxRows = 4;    // rows of a register tile: 4 x 2 accumulators fit 16 registers
constexpr int SmallRows = 2;  // rows of a tile four vectors wide
typedef float Vec __attribute__((vector_size(16)));
typedef int32_t IntVec __attribute__((vector_size(16)));

SV_INLINE Vec load(const float* p) {
  Vec v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}
SV_INLINE void store(float* p, Vec v) { __builtin_memcpy(p, &v, sizeof v); }
SV_INLINE Vec load_first(const float* p, int64_t n) {
  Vec v = {};
  for (int64_t i = 0; i < n; i++) v[i] = p[i];
  return v;
}
SV_INLINE void store_first(float* p, Vec v, int64_t n) {
  for (int64_t i = 0; i < n; i++) p[i] = v[i];
}
SV_INLINE Vec load_first(const bf16* p, int64_t n) {
  uint32_t bits[W] = {};
  for (int64_t i = 0; i < n; i++) bits[i] = static_cast<uint32_t>(p[i]) << 16;
  Vec v;
  __builtin_memcpy(&v, bits, sizeof v);
  return v;
}
SV_INLINE Vec load(const bf16* p) { return load_first(p, W); }
// Twice W bfloat16 as they lie in memory; lane i holds entries 2 i (low_half) and 2 i + 1 (high_half). Little-endian.
SV_INLINE Vec load_pairs(const bf16* p) {
  Vec v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}
SV_INLINE Vec low_half(Vec v) { return reinterpret_cast<Vec>(reinterpret_cast<IntVec>(v) << 16); }
SV_INLINE Vec high_half(Vec v) { return reinterpret_cast<Vec>(reinterpret_cast<IntVec>(v) & static_cast<int32_t>(0xffff0000u)); }
SV_INLINE Vec load_first(const int8_t* p, int64_t n) {
  Vec v = {};
  for (int64_t i = 0; i < n; i++) v[i] = static_cast<float>(p[i]);
  return v;
}
SV_INLINE Vec load(const int8_t* p) { return load_first(p, W); }
// Four times W bytes as they lie in memory; lane i holds entries 4 i to 4 i + 3, which quarter<0> to quarter<3> widen. Little-endian.
SV_INLINE Vec load_quads(const int8_t* p) {
  Vec v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}
template <int Q>
SV_INLINE Vec quarter(Vec v) {
  return __builtin_convertvector((reinterpret_cast<IntVec>(v) << (24 - 8 * Q)) >> 24, Vec);
}
SV_INLINE Vec splat(float f) { return Vec{f, f, f, f}; }
SV_INLINE Vec zero() { return Vec{}; }
SV_INLINE Vec add(Vec a, Vec b) { return a + b; }
SV_INLINE Vec sub(Vec a, Vec b) { return a - b; }
SV_INLINE Vec mul(Vec a, Vec b) { return a * b; }
SV_INLINE Vec div(Vec a, Vec b) { return a / b; }
SV_INLINE Vec fma(Vec a, Vec b, Vec c) { return a * b + c; }  // fused where the target can
SV_INLINE Vec larger(Vec a, Vec b) { return a > b ? a : b; }
SV_INLINE Vec absolute(Vec a) { return reinterpret_cast<Vec>(reinterpret_cast<IntVec>(a) & 0x7fffffff); }
SV_INLINE Vec nearest(Vec a) {
  // Adding and taking away 1.5 * 2^23 rounds to the nearest integer; values beyond 2^22 do not occur here.
  volatile Vec shifted = a + 12582912.0f;
  return shifted - 12582912.0f;
}
// Lanes of a where x < limit, of b elsewhere (also where x is not a number).
SV_INLINE Vec where_less(Vec x, float limit, Vec a, Vec b) { return x < splat(limit) ? a : b; }
SV_INLINE Vec with_sign_of(Vec a, Vec s) {
  const IntVec magnitude = reinterpret_cast<IntVec>(a) & 0x7fffffff, sign = reinterpret_cast<IntVec>(s) & ~0x7fffffff;
  return reinterpret_cast<Vec>(magnitude | sign);
}
// a * 2^n for integral n that keeps the result a normal number.
SV_INLINE Vec scale_by_power(Vec a, Vec n) {
  return reinterpret_cast<Vec>(reinterpret_cast<IntVec>(a) + (__builtin_convertvector(n, IntVec) << 23));
}
SV_INLINE float sum_lanes(Vec v) { return (v[0] + v[2]) + (v[1] + v[3]); }
SV_INLINE float max_lanes(Vec v) {
  const float a = v[0] > v[1] ? v[0] : v[1], b = v[2] > v[3] ? v[2] : v[3];
  return a > b ? a : b;
}

// Lane j of r[i] and lane i of r[j] change places.
SV_INLINE void transpose(Vec (&r)[W]) {
  const Vec a = r[0], b = r[1], c = r[2], d = r[3];
  for (int i = 0; i < W; i++) r[i] = Vec{a[i], b[i], c[i], d[i]};
}
