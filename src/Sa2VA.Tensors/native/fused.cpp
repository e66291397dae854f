// Linear layers and attention of the CPU path.
#include <ATen/ATen.h>

#include "bridge.h"
#include "errors.h"
#include "handles.h"

SV_API int sv_linear(void* input, void* weight, void* bias, int32_t activation, void** output) {
  return sv::guarded([&] {
    sv::use_thread_count();
    c10::impl::ExcludeDispatchKeyGuard guard(c10::autograd_dispatch_keyset_with_ADInplaceOrView);
    auto x = sv::borrow(input);
    auto w = sv::borrow(weight).to(at::kFloat);
    auto b = sv::borrow(bias);
    auto out = at::linear(x, w, b.defined() ? c10::optional<at::Tensor>(b.to(at::kFloat)) : c10::nullopt);
    if (activation == 1) out = at::relu(out);
    if (activation == 2) out = at::gelu(out);
    if (activation == 3) out = at::silu(out);
    *output = sv::give(std::move(out));
  });
}

SV_API int sv_attention(void* query, void* key, void* value, void* mask, double scale, int32_t causal, void** output) {
  return sv::guarded([&] {
    sv::use_thread_count();
    c10::impl::ExcludeDispatchKeyGuard guard(c10::autograd_dispatch_keyset_with_ADInplaceOrView);
    auto q = sv::borrow(query);
    auto k = sv::borrow(key);
    auto v = sv::borrow(value);
    auto m = sv::borrow(mask);
    if (k.size(1) != q.size(1)) {
      k = k.repeat_interleave(q.size(1) / k.size(1), 1);
      v = v.repeat_interleave(q.size(1) / v.size(1), 1);
    }
    auto scores = at::matmul(q * scale, k.transpose(-2, -1));
    if (causal) scores = scores.masked_fill(at::ones({q.size(2), k.size(2)}, at::kBool).triu(k.size(2) - q.size(2) + 1), -INFINITY);
    if (m.defined()) scores = scores + m;
    *output = sv::give(at::matmul(scores.softmax(-1), v));
  });
}
