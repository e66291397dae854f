// Rows of weights as bytes with a scale each. Plain code: it runs once, when a model is loaded.
#include <cmath>

#include "plan.h"

namespace sv {
namespace {

constexpr float Largest = 127;

inline float value(const float* row, int64_t k) { return row[k]; }

inline float value(const bf16* row, int64_t k) {
  const uint32_t bits = static_cast<uint32_t>(row[k]) << 16;
  float f;
  __builtin_memcpy(&f, &bits, sizeof f);
  return f;
}

template <typename T>
void quantize_row(const T* row, int8_t* values, float* scale, int64_t K) {
  float largest = 0;
  for (int64_t k = 0; k < K; k++) {
    const float magnitude = std::fabs(value(row, k));
    largest = magnitude > largest ? magnitude : largest;
  }
  *scale = largest / Largest;
  const float inverse = largest > 0 ? Largest / largest : 0;
  for (int64_t k = 0; k < K; k++) {
    float v = value(row, k) * inverse;
    v = v < Largest ? (v > -Largest ? v : -Largest) : Largest;
    // Adding and taking away 1.5 * 2^23 rounds to the nearest whole number.
    values[k] = static_cast<int8_t>(static_cast<int32_t>((v + 12582912.0f) - 12582912.0f));
  }
}

template <typename T>
void quantize(const T* w, int8_t* values, float* scales, int64_t N, int64_t K, int threads) {
#pragma omp parallel for schedule(static) num_threads(threads)
  for (int64_t n = 0; n < N; n++) quantize_row(w + n * K, values + n * K, scales + n, K);
}

}  // namespace
}  // namespace sv

void sv_quantize_rows(const void* w, int weight, int8_t* values, float* scales, int64_t N, int64_t K, int threads) {
  if (threads < 1) threads = 1;
  if (weight == SV_WEIGHT_BF16) sv::quantize(static_cast<const bf16*>(w), values, scales, N, K, threads);
  else sv::quantize(static_cast<const float*>(w), values, scales, N, K, threads);
}
