// Tensor front of the CPU kernels: checks what they rely on, lays out what they cannot read, and hands over pointers.
#include <ATen/ATen.h>

#include <stdexcept>
#include <string>

#include "bridge.h"
#include "errors.h"
#include "handles.h"
#include "int8.h"
#include "kernels/kernels.h"

namespace {

std::string text(const at::Tensor& t) {
  std::string s = c10::toString(t.scalar_type());
  s += "[";
  for (int64_t i = 0; i < t.dim(); i++) s += (i ? ", " : "") + std::to_string(t.size(i));
  return s + "]";
}

void require(bool condition, const char* what, const at::Tensor& a, const at::Tensor& b) {
  if (!condition) throw std::runtime_error(std::string(what) + ": " + text(a) + ", " + text(b));
}

bool is_float(const at::Tensor& t) { return t.device().is_cpu() && t.scalar_type() == at::kFloat; }

bool is_bfloat16(const at::Tensor& t) { return t.device().is_cpu() && t.scalar_type() == at::kBFloat16; }

bool is_int8(const at::Tensor& t) { return t.device().is_cpu() && t.scalar_type() == at::kChar; }

// One entry per output, as floats side by side.
at::Tensor per_output(at::Tensor t, const at::Tensor& w, const char* what) {
  require(t.numel() == w.size(0), what, w, t);
  return t.to(at::kFloat).contiguous();
}

at::Tensor linear(at::Tensor x, at::Tensor w, at::Tensor scale, at::Tensor bias, int32_t activation) {
  require(w.dim() == 2 && x.dim() >= 1 && x.size(-1) == w.size(1), "linear: the input's last dimension must match the weight's second", x, w);
  const int64_t k = w.size(1), n = w.size(0);
  if (scale.defined()) scale = per_output(scale, w, "linear: the scales must have one entry per output");
  if (bias.defined()) bias = per_output(bias, w, "linear: the bias must have one entry per output");
  w = w.contiguous();
  auto sizes = x.sizes().vec();
  sizes.back() = n;
  // Rows may lie apart (a slice of a wider matrix); anything less regular is laid out first.
  if (x.dim() != 2 || x.stride(1) != 1) x = x.contiguous();
  const int64_t rows = k == 0 ? 0 : x.numel() / k;
  const int64_t row_step = x.dim() == 2 && rows > 1 ? x.stride(0) : k;
  auto out = at::empty(sizes, x.options().memory_format(at::MemoryFormat::Contiguous));
  if (out.numel() > 0)
    sv_linear_f32(x.data_ptr<float>(), w.data_ptr(), is_int8(w) ? SV_WEIGHT_INT8 : is_bfloat16(w) ? SV_WEIGHT_BF16 : SV_WEIGHT_F32,
                  scale.defined() ? scale.data_ptr<float>() : nullptr, bias.defined() ? bias.data_ptr<float>() : nullptr,
                  out.data_ptr<float>(), rows, n, k, row_step, n, activation, sv::thread_count());
  return out;
}

// Fills batch, head and row steps; the batch step is 0 where one entry stands for all.
void strides(const at::Tensor& t, int64_t batch, int64_t* steps) {
  steps[0] = t.size(0) == 1 && batch != 1 ? 0 : t.stride(0);
  steps[1] = t.stride(1);
  steps[2] = t.stride(2);
}

}  // namespace

SV_API int sv_linear(void* input, void* weight, void* bias, int32_t activation, void** output) {
  return sv::guarded([&] {
    const auto x = sv::borrow(input), w = sv::borrow(weight);
    require(is_float(x) && (is_float(w) || is_bfloat16(w)), "linear: the input must be float32 and the weight float32 or bfloat16, on the cpu", x, w);
    *output = sv::give(linear(x, w, at::Tensor(), sv::borrow(bias), activation));
  });
}

SV_API int sv_linear_int8(void* input, void* values, void* scales, void* bias, int32_t activation, void** output) {
  return sv::guarded([&] {
    const auto x = sv::borrow(input), w = sv::borrow(values);
    require(is_float(x) && is_int8(w), "linear: the input must be float32 and the weight int8, on the cpu", x, w);
    *output = sv::give(linear(x, w, sv::borrow(scales), sv::borrow(bias), activation));
  });
}

SV_API int sv_int8_rows(void* matrix, void** values, void** scales) {
  return sv::guarded([&] {
    auto w = sv::borrow(matrix);
    require(w.dim() == 2 && (is_float(w) || is_bfloat16(w)), "int8: the matrix must be float32 or bfloat16, on the cpu", w, w);
    w = w.contiguous();
    auto bytes = at::empty(w.sizes(), w.options().dtype(at::kChar));
    auto steps = at::empty({w.size(0)}, w.options().dtype(at::kFloat));
    sv_quantize_rows(w.data_ptr(), is_bfloat16(w) ? SV_WEIGHT_BF16 : SV_WEIGHT_F32, bytes.data_ptr<int8_t>(), steps.data_ptr<float>(), w.size(0),
                     w.size(1), sv::thread_count());
    *values = sv::give(std::move(bytes));
    *scales = sv::give(std::move(steps));
  });
}

SV_API int sv_attention(void* query, void* key, void* value, void* mask, double scale, int32_t causal, void** output) {
  return sv::guarded([&] {
    auto q = sv::borrow(query);
    auto k = sv::borrow(key);
    auto v = sv::borrow(value);
    auto m = sv::borrow(mask);
    require(q.dim() == 4 && k.dim() == 4 && v.dim() == 4, "attention: queries, keys and values must be [B, H, tokens, width]", q, k);
    require(q.size(3) == k.size(3), "attention: queries and keys must have the same width", q, k);
    require(k.size(2) == v.size(2) && k.size(1) == v.size(1), "attention: there must be as many values as keys", k, v);
    require(is_float(q) && (is_float(k) || is_bfloat16(k)) && k.scalar_type() == v.scalar_type() && v.device().is_cpu(),
            "attention: queries must be float32, keys and values both float32 or both bfloat16, on the cpu", q, k);
    for (const auto& t : {k, v})
      require((t.size(0) == q.size(0) || t.size(0) == 1) && q.size(1) % t.size(1) == 0,
              "attention: the batch must match the queries' or be 1, and the heads must divide theirs", q, t);
    if (q.stride(3) != 1) q = q.contiguous();
    if (k.stride(3) != 1) k = k.contiguous();
    if (v.stride(3) != 1) v = v.contiguous();

    auto out = at::empty({q.size(0), q.size(1), q.size(2), v.size(3)}, q.options().memory_format(at::MemoryFormat::Contiguous));
    SvAttention call{};
    call.q = q.data_ptr<float>();
    call.k = k.data_ptr();
    call.v = v.data_ptr();
    call.out = out.data_ptr<float>();
    call.batch = q.size(0);
    call.heads = q.size(1);
    call.queries = q.size(2);
    call.keys = k.size(2);
    call.dim = q.size(3);
    call.value_dim = v.size(3);
    strides(q, call.batch, call.q_stride);
    strides(k, call.batch, call.k_stride);
    strides(v, call.batch, call.v_stride);
    strides(out, call.batch, call.out_stride);
    if (m.defined()) {
      m = m.to(at::kFloat).expand({call.batch, call.heads, call.queries, call.keys});
      call.mask = m.data_ptr<float>();
      for (int i = 0; i < 4; i++) call.mask_stride[i] = m.stride(i);
    }
    call.kv_group = call.heads / k.size(1);
    call.scale = static_cast<float>(scale);
    call.causal = causal;
    call.kv_is_bf16 = is_bfloat16(k);
    call.threads = sv::thread_count();
    if (out.numel() > 0) sv_attention_f32(&call);
    *output = sv::give(std::move(out));
  });
}
