// CPU kernels of the hot path: matrix product with a row-major weight, and fused attention. Plain C over raw
// pointers, float32 arithmetic, no libtorch.
//
// What callers may rely on:
//  - An output row depends on its own input row and on the weights (keys, values) only: not on how many other rows,
//    heads or batch entries share the call, not on the thread count. Equal inputs give equal bits.
//  - Sums over the contraction run in ascending order with fused multiply-adds, in blocks of fixed length.
//  - The instruction set is chosen once, when the program runs. Results may differ between instruction sets.
#pragma once
#include <cstdint>

#ifdef __cplusplus
extern "C" {
#endif

enum SvActivation { SV_ACT_NONE = 0, SV_ACT_RELU = 1, SV_ACT_GELU = 2 /* erf form */, SV_ACT_SILU = 3 };

enum SvWeight { SV_WEIGHT_F32 = 0, SV_WEIGHT_BF16 = 1, SV_WEIGHT_INT8 = 2 };

// out[m, n] = act(scale[n] * sum_k x[m, k] * w[n, k] + bias[n]).
// x: rows `ldx` elements apart. w: [N, K] dense row-major, of an SvWeight. scale, bias: [N] or null; the sum is scaled
// once, when it is complete. out: rows `ldo` elements apart; must not overlap x.
void sv_linear_f32(const float* x, const void* w, int weight, const float* scale, const float* bias, float* out, int64_t M,
                   int64_t N, int64_t K, int64_t ldx, int64_t ldo, int act, int threads);

// values[n, k] = the whole number nearest to w[n, k] / scales[n], of two the even one; scales[n] = max_k |w[n, k]| / 127.
// w: [N, K] dense row-major, float32 or bfloat16. A row of zeros has the scale 0.
void sv_quantize_rows(const void* w, int weight, int8_t* values, float* scales, int64_t N, int64_t K, int threads);

// Fused scaled-dot-product attention with an online softmax: the [queries, keys] matrix is never formed.
// The last dimension of q, k, v and out is dense; other strides are in elements and may be 0 to broadcast.
struct SvAttention {
  const float* q;     // [batch, heads, queries, dim]
  const void* k;      // [batch, heads / kv_group, keys, dim]
  const void* v;      // [batch, heads / kv_group, keys, value_dim]
  float* out;         // [batch, heads, queries, value_dim]
  const float* mask;  // null, or added to the scaled scores: [batch, heads, queries, keys] by mask_stride
  int64_t batch, heads, queries, keys, dim, value_dim;
  int64_t q_stride[3], k_stride[3], v_stride[3], out_stride[3];  // batch, head, row
  int64_t mask_stride[4];                                        // batch, head, row, column; 0 broadcasts
  int64_t kv_group;  // query head h reads key head h / kv_group; 1 without grouping
  float scale;
  int causal;      // query i sees keys 0 .. i + (keys - queries)
  int kv_is_bf16;  // keys and values are bfloat16 instead of float32
  int threads;
};

// A query all of whose keys are masked (or that has none) gives zeros.
void sv_attention_f32(const struct SvAttention* a);

// Instruction set in use: "avx512", "avx2" or "portable". sv_kernels_select returns 0 and changes it when this machine
// can run `name` (for tests and measurements; not while a kernel runs), -1 otherwise.
__attribute__((visibility("default"))) const char* sv_kernels_name(void);
__attribute__((visibility("default"))) int sv_kernels_select(const char* name);

#ifdef __cplusplus
}
#endif
