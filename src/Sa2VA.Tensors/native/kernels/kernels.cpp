// Entry points of the CPU kernels: chooses the instruction set and cuts calls into tasks.
#include "kernels.h"

#include <cstdlib>
#include <cstring>
#include <memory>

#include "plan.h"

namespace sv {
namespace {

constexpr int64_t ColumnsPerTask = 512, QueriesPerTask = 210, FewRows = 168;

bool runs_here(const Isa& isa) {
#if defined(__x86_64__)
  if (&isa == &avx512_isa)
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl");
  if (&isa == &avx2_isa) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#endif
  return &isa == &portable_isa;
}

const Isa* const all[] = {
#if defined(__x86_64__)
    &avx512_isa, &avx2_isa,
#endif
    &portable_isa};

const Isa* best() {
  for (const Isa* isa : all)
    if (runs_here(*isa)) return isa;
  return &portable_isa;
}

const Isa*& current() {
  static const Isa* isa = best();
  return isa;
}

int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

template <typename Plan>
void run(void (*task)(const Plan&, int64_t), const Plan& plan, int64_t count, int threads) {
  if (threads <= 1 || count <= 1) {
    for (int64_t i = 0; i < count; i++) task(plan, i);
    return;
  }
#pragma omp parallel for schedule(dynamic) num_threads(threads)
  for (int64_t i = 0; i < count; i++) task(plan, i);
}

}  // namespace

float* scratch(int64_t count) {
  struct Free {
    void operator()(float* p) const { std::free(p); }
  };
  thread_local std::unique_ptr<float, Free> memory;
  thread_local int64_t capacity = 0;
  if (count > capacity) {
    memory.reset();
    memory.reset(static_cast<float*>(std::aligned_alloc(64, static_cast<size_t>(ceil_div(count, 16) * 64))));
    if (!memory) std::abort();  // about a megabyte: nothing else would work either
    capacity = count;
  }
  return memory.get();
}

}  // namespace sv

void sv_linear_f32(const float* x, const void* w, int weight, const float* scale, const float* bias, float* out, int64_t M,
                   int64_t N, int64_t K, int64_t ldx, int64_t ldo, int act, int threads) {
  using namespace sv;
  if (M <= 0 || N <= 0) return;
  const Isa& isa = *current();
  LinearPlan plan{x, w, scale, bias, out, M, N, K, ldx, ldo, act, weight, M, N, 1};
  // A small product is not worth waking threads for.
  if (threads < 1 || M * N * K < 100'000) threads = 1;
  const int64_t wanted = threads == 1 ? 1 : 4 * threads;
  const int64_t step = M <= isa.small_rows ? 2 * isa.column_step : isa.column_step;
  int64_t column_tasks = ceil_div(N, ColumnsPerTask), row_tasks = 1;
  if (M <= FewRows) {
    if (column_tasks < wanted) column_tasks = wanted;
  } else if (column_tasks < wanted) {
    row_tasks = ceil_div(wanted, column_tasks);
    if (row_tasks > M / FewRows) row_tasks = M / FewRows;
  }
  plan.columns_per = ceil_div(ceil_div(N, column_tasks), step) * step;
  plan.across = ceil_div(N, plan.columns_per);
  plan.rows_per = ceil_div(M, row_tasks);
  run(isa.linear, plan, plan.across * ceil_div(M, plan.rows_per), threads);
}

void sv_attention_f32(const SvAttention* a) {
  using namespace sv;
  const int64_t heads = a->batch * a->heads;
  if (heads <= 0 || a->queries <= 0 || a->value_dim <= 0) return;
  int threads = a->threads;
  if (threads < 1 || heads * a->queries * a->keys * (a->dim + a->value_dim) < 100'000) threads = 1;
  // Whole blocks for every thread: the number of blocks is a multiple of the threads when there are few of them.
  int64_t blocks = ceil_div(a->queries, QueriesPerTask);
  if (heads * blocks < 4 * threads) blocks = ceil_div(ceil_div(heads * blocks, threads) * threads, heads);
  const int64_t per = ceil_div(a->queries, blocks);
  const AttentionPlan plan{a, per, ceil_div(a->queries, per)};
  run(current()->attention, plan, heads * plan.blocks, threads);
}

const char* sv_kernels_name(void) { return sv::current()->name; }

int sv_kernels_select(const char* name) {
  for (const sv::Isa* isa : sv::all) {
    if (std::strcmp(isa->name, name) != 0 || !sv::runs_here(*isa)) continue;
    sv::current() = isa;
    return 0;
  }
  return -1;
}
