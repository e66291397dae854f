// How a call is cut into independent tasks. The cut never changes a result: every output element is computed in the
// same order whatever task holds it.
#pragma once
#include "kernels.h"

typedef uint16_t bf16;  // the upper half of a float32

#define SV_INLINE inline __attribute__((always_inline))

namespace sv {

// One block of the output of a linear layer per task: rows_per x columns_per, `across` blocks in a row.
struct LinearPlan {
  const float* x;
  const void* w;
  const float* scale;
  const float* bias;
  float* out;
  int64_t M, N, K, ldx, ldo;
  int act;
  int weight;
  int64_t rows_per, columns_per, across;
};

// One block of queries of one head per task.
struct AttentionPlan {
  const SvAttention* a;
  int64_t queries_per, blocks;
};

// The kernels of one instruction set.
struct Isa {
  const char* name;
  int column_step;  // the width of a register tile: blocks of columns are multiples of it
  int small_rows;   // calls of at most so many rows read each weight once
  void (*linear)(const LinearPlan&, int64_t task);
  void (*attention)(const AttentionPlan&, int64_t task);
};

extern const Isa portable_isa;
#if defined(__x86_64__)
extern const Isa avx2_isa;
extern const Isa avx512_isa;
#endif

// Working memory of the calling thread, at least `count` floats, aligned to a cache line; valid until its next call.
float* scratch(int64_t count);

}  // namespace sv
