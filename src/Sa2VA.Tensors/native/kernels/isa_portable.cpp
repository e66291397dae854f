// The kernels for any processor.
#include "plan.h"

namespace sv {
namespace {
#include "vector_portable.h"
#include "elementary.h"
#include "tile.h"
#include "linear_task.h"
#include "attention_task.h"
}  // namespace

const Isa portable_isa = {"portable", 2 * W, SmallRows, linear_task, attention_task};
}  // namespace sv
