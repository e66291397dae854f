// The kernels for AVX2 and FMA.
#if defined(__x86_64__)
// GCC 12 takes the undefined operands inside its own intrinsics for uses of uninitialised variables.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#include <immintrin.h>

#include "plan.h"

namespace sv {
namespace {
#include "vector_avx2.h"
#include "elementary.h"
#include "tile.h"
#include "linear_task.h"
#include "attention_task.h"
}  // namespace

const Isa avx2_isa = {"avx2", 2 * W, SmallRows, linear_task, attention_task};
}  // namespace sv
#endif
