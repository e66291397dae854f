// Eight float lanes. Included only by files compiled for AVX2 and FMA, inside their namespace.
constexpr int W = 8;          // lanes
constexpr int MaxRows = 6;    // rows of a register tile: 6 x 2 accumulators, 2 operands, 1 broadcast
constexpr int SmallRows = 3;  // rows of a tile four vectors wide
using Vec = __m256;

SV_INLINE Vec load(const float* p) { return _mm256_loadu_ps(p); }
SV_INLINE void store(float* p, Vec v) { _mm256_storeu_ps(p, v); }
SV_INLINE __m256i first(int64_t n) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(n)), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
SV_INLINE Vec load_first(const float* p, int64_t n) { return _mm256_maskload_ps(p, first(n)); }
SV_INLINE void store_first(float* p, Vec v, int64_t n) { _mm256_maskstore_ps(p, first(n), v); }
SV_INLINE Vec widen(__m128i h) { return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(h), 16)); }
SV_INLINE Vec load(const bf16* p) { return widen(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))); }
SV_INLINE Vec load_first(const bf16* p, int64_t n) {
  alignas(16) bf16 t[W] = {};
  for (int64_t i = 0; i < n; i++) t[i] = p[i];
  return load(t);
}
// Twice W bfloat16 as they lie in memory; lane i holds entries 2 i (low_half) and 2 i + 1 (high_half).
SV_INLINE Vec load_pairs(const bf16* p) { return _mm256_castsi256_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))); }
SV_INLINE Vec low_half(Vec v) { return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_castps_si256(v), 16)); }
SV_INLINE Vec high_half(Vec v) { return _mm256_and_ps(v, _mm256_castsi256_ps(_mm256_set1_epi32(static_cast<int>(0xffff0000u)))); }
SV_INLINE Vec load(const int8_t* p) {
  return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p))));
}
SV_INLINE Vec load_first(const int8_t* p, int64_t n) {
  alignas(8) int8_t t[W] = {};
  for (int64_t i = 0; i < n; i++) t[i] = p[i];
  return load(t);
}
// Four times W bytes as they lie in memory; lane i holds entries 4 i to 4 i + 3, which quarter<0> to quarter<3> widen.
SV_INLINE Vec load_quads(const int8_t* p) { return _mm256_castsi256_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))); }
template <int Q>
SV_INLINE Vec quarter(Vec v) {
  return _mm256_cvtepi32_ps(_mm256_srai_epi32(_mm256_slli_epi32(_mm256_castps_si256(v), 24 - 8 * Q), 24));
}
SV_INLINE Vec splat(float f) { return _mm256_set1_ps(f); }
SV_INLINE Vec zero() { return _mm256_setzero_ps(); }
SV_INLINE Vec add(Vec a, Vec b) { return _mm256_add_ps(a, b); }
SV_INLINE Vec sub(Vec a, Vec b) { return _mm256_sub_ps(a, b); }
SV_INLINE Vec mul(Vec a, Vec b) { return _mm256_mul_ps(a, b); }
SV_INLINE Vec div(Vec a, Vec b) { return _mm256_div_ps(a, b); }
SV_INLINE Vec fma(Vec a, Vec b, Vec c) { return _mm256_fmadd_ps(a, b, c); }
SV_INLINE Vec larger(Vec a, Vec b) { return _mm256_max_ps(a, b); }
SV_INLINE Vec absolute(Vec a) { return _mm256_andnot_ps(splat(-0.0f), a); }
SV_INLINE Vec nearest(Vec a) { return _mm256_round_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
// Lanes of a where x < limit, of b elsewhere (also where x is not a number).
SV_INLINE Vec where_less(Vec x, float limit, Vec a, Vec b) {
  return _mm256_blendv_ps(b, a, _mm256_cmp_ps(x, splat(limit), _CMP_LT_OQ));
}
SV_INLINE Vec with_sign_of(Vec a, Vec s) { return _mm256_or_ps(absolute(a), _mm256_and_ps(splat(-0.0f), s)); }
// a * 2^n for integral n that keeps the result a normal number.
SV_INLINE Vec scale_by_power(Vec a, Vec n) {
  return _mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(a), _mm256_slli_epi32(_mm256_cvtps_epi32(n), 23)));
}
SV_INLINE float sum_lanes(Vec v) {
  __m128 s = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  s = _mm_add_ps(s, _mm_movehl_ps(s, s));
  return _mm_cvtss_f32(_mm_add_ss(s, _mm_shuffle_ps(s, s, 1)));
}
SV_INLINE float max_lanes(Vec v) {
  __m128 s = _mm_max_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  s = _mm_max_ps(s, _mm_movehl_ps(s, s));
  return _mm_cvtss_f32(_mm_max_ss(s, _mm_shuffle_ps(s, s, 1)));
}

// Lane j of r[i] and lane i of r[j] change places.
SV_INLINE void transpose(Vec (&r)[W]) {
  Vec t[W];
  for (int i = 0; i < W; i += 2) {
    t[i] = _mm256_unpacklo_ps(r[i], r[i + 1]);
    t[i + 1] = _mm256_unpackhi_ps(r[i], r[i + 1]);
  }
  for (int i = 0; i < W; i += 4) {
    for (int j = 0; j < 2; j++) {
      r[i + 2 * j] = _mm256_castpd_ps(_mm256_unpacklo_pd(_mm256_castps_pd(t[i + j]), _mm256_castps_pd(t[i + j + 2])));
      r[i + 2 * j + 1] = _mm256_castpd_ps(_mm256_unpackhi_pd(_mm256_castps_pd(t[i + j]), _mm256_castps_pd(t[i + j + 2])));
    }
  }
  for (int j = 0; j < 4; j++) {
    t[j] = _mm256_permute2f128_ps(r[j], r[4 + j], 0x20);
    t[4 + j] = _mm256_permute2f128_ps(r[j], r[4 + j], 0x31);
  }
  for (int i = 0; i < W; i++) r[i] = t[i];
}
