// Sixteen float lanes. Included only by files compiled for AVX-512 (F, BW, DQ, VL), inside their namespace.
constexpr int W = 16;         // lanes
constexpr int MaxRows = 14;   // rows of a register tile: 14 x 2 accumulators, 2 operands, 1 broadcast
constexpr int SmallRows = 7;  // rows of a tile four vectors wide
using Vec = __m512;

SV_INLINE Vec load(const float* p) { return _mm512_loadu_ps(p); }
SV_INLINE void store(float* p, Vec v) { _mm512_storeu_ps(p, v); }
SV_INLINE __mmask16 first(int64_t n) { return static_cast<__mmask16>((1u << n) - 1u); }
SV_INLINE Vec load_first(const float* p, int64_t n) { return _mm512_maskz_loadu_ps(first(n), p); }
SV_INLINE void store_first(float* p, Vec v, int64_t n) { _mm512_mask_storeu_ps(p, first(n), v); }
SV_INLINE Vec widen(__m256i h) { return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(h), 16)); }
SV_INLINE Vec load(const bf16* p) { return widen(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))); }
SV_INLINE Vec load_first(const bf16* p, int64_t n) { return widen(_mm256_maskz_loadu_epi16(first(n), p)); }
// Twice W bfloat16 as they lie in memory; lane i holds entries 2 i (low_half) and 2 i + 1 (high_half).
SV_INLINE Vec load_pairs(const bf16* p) { return _mm512_loadu_ps(p); }
SV_INLINE Vec low_half(Vec v) { return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_castps_si512(v), 16)); }
SV_INLINE Vec high_half(Vec v) { return _mm512_and_ps(v, _mm512_castsi512_ps(_mm512_set1_epi32(static_cast<int>(0xffff0000u)))); }
SV_INLINE Vec widen_bytes(__m128i b) { return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(b)); }
SV_INLINE Vec load(const int8_t* p) { return widen_bytes(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))); }
SV_INLINE Vec load_first(const int8_t* p, int64_t n) { return widen_bytes(_mm_maskz_loadu_epi8(first(n), p)); }
// Four times W bytes as they lie in memory; lane i holds entries 4 i to 4 i + 3, which quarter<0> to quarter<3> widen.
SV_INLINE Vec load_quads(const int8_t* p) { return _mm512_loadu_ps(p); }
template <int Q>
SV_INLINE Vec quarter(Vec v) {
  return _mm512_cvtepi32_ps(_mm512_srai_epi32(_mm512_slli_epi32(_mm512_castps_si512(v), 24 - 8 * Q), 24));
}
SV_INLINE Vec splat(float f) { return _mm512_set1_ps(f); }
SV_INLINE Vec zero() { return _mm512_setzero_ps(); }
SV_INLINE Vec add(Vec a, Vec b) { return _mm512_add_ps(a, b); }
SV_INLINE Vec sub(Vec a, Vec b) { return _mm512_sub_ps(a, b); }
SV_INLINE Vec mul(Vec a, Vec b) { return _mm512_mul_ps(a, b); }
SV_INLINE Vec div(Vec a, Vec b) { return _mm512_div_ps(a, b); }
SV_INLINE Vec fma(Vec a, Vec b, Vec c) { return _mm512_fmadd_ps(a, b, c); }
SV_INLINE Vec larger(Vec a, Vec b) { return _mm512_max_ps(a, b); }
SV_INLINE Vec absolute(Vec a) { return _mm512_abs_ps(a); }
SV_INLINE Vec nearest(Vec a) { return _mm512_roundscale_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
// Lanes of a where x < limit, of b elsewhere (also where x is not a number).
SV_INLINE Vec where_less(Vec x, float limit, Vec a, Vec b) {
  return _mm512_mask_blend_ps(_mm512_cmp_ps_mask(x, splat(limit), _CMP_LT_OQ), b, a);
}
SV_INLINE Vec with_sign_of(Vec a, Vec s) {
  const Vec bit = splat(-0.0f);
  return _mm512_or_ps(_mm512_andnot_ps(bit, a), _mm512_and_ps(bit, s));
}
// a * 2^n for integral n that keeps the result a normal number.
SV_INLINE Vec scale_by_power(Vec a, Vec n) {
  return _mm512_castsi512_ps(_mm512_add_epi32(_mm512_castps_si512(a), _mm512_slli_epi32(_mm512_cvtps_epi32(n), 23)));
}
SV_INLINE float sum_lanes(Vec v) { return _mm512_reduce_add_ps(v); }
SV_INLINE float max_lanes(Vec v) { return _mm512_reduce_max_ps(v); }

// Lane j of r[i] and lane i of r[j] change places.
SV_INLINE void transpose(Vec (&r)[W]) {
  Vec t[W];
  for (int i = 0; i < W; i += 2) {
    t[i] = _mm512_unpacklo_ps(r[i], r[i + 1]);
    t[i + 1] = _mm512_unpackhi_ps(r[i], r[i + 1]);
  }
  for (int i = 0; i < W; i += 4) {
    for (int j = 0; j < 2; j++) {
      r[i + 2 * j] = _mm512_castpd_ps(_mm512_unpacklo_pd(_mm512_castps_pd(t[i + j]), _mm512_castps_pd(t[i + j + 2])));
      r[i + 2 * j + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(_mm512_castps_pd(t[i + j]), _mm512_castps_pd(t[i + j + 2])));
    }
  }
  for (int j = 0; j < 4; j++) {  // r[4 b + j]: column j of every 4x4 block of rows 4 b ..
    const Vec low01 = _mm512_shuffle_f32x4(r[j], r[4 + j], 0x88), high01 = _mm512_shuffle_f32x4(r[j], r[4 + j], 0xdd);
    const Vec low23 = _mm512_shuffle_f32x4(r[8 + j], r[12 + j], 0x88), high23 = _mm512_shuffle_f32x4(r[8 + j], r[12 + j], 0xdd);
    t[j] = _mm512_shuffle_f32x4(low01, low23, 0x88);
    t[8 + j] = _mm512_shuffle_f32x4(low01, low23, 0xdd);
    t[4 + j] = _mm512_shuffle_f32x4(high01, high23, 0x88);
    t[12 + j] = _mm512_shuffle_f32x4(high01, high23, 0xdd);
  }
  for (int i = 0; i < W; i++) r[i] = t[i];
}
