// Memory of large CPU tensors, kept for the next ones of about its size. The C library returns such blocks to the
// system, and touching fresh pages costs more than most operators: 0.6 ms per MiB measured, against 0.03 for used ones.
#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <c10/util/Exception.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstdint>
#include <list>
#include <map>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace {

constexpr size_t Smallest = size_t{1} << 20;   // below this the C library keeps memory by itself
constexpr size_t Page = 4096;
constexpr size_t MostKept = size_t{512} << 20;  // unused bytes; beyond it the ones unused for longest go back to the system

class Pool final : public at::Allocator {
 public:
  // Const in old libtorch, not in new: one of them overrides.
  at::DataPtr allocate(size_t bytes) const { return const_cast<Pool*>(this)->take(bytes); }
  at::DataPtr allocate(size_t bytes) { return take(bytes); }
  at::DeleterFnPtr raw_deleter() const override { return &give_back; }
  void copy_data(void* to, const void* from, size_t bytes) const { __builtin_memcpy(to, from, bytes); }

  static Pool& instance() {
    static Pool* pool = new Pool();  // outlives every tensor
    return *pool;
  }

 private:
  struct Block {
    void* memory;
    size_t bytes;
  };

  static size_t rounded(size_t bytes) { return (bytes + Page - 1) / Page * Page; }

  at::DataPtr take(size_t bytes) {
    if (bytes < Smallest) return c10::GetDefaultCPUAllocator()->allocate(bytes);
    const size_t size = rounded(bytes);
    void* memory = reuse(size);
    if (memory == nullptr) {
      memory = map(size);
      std::lock_guard<std::mutex> lock(mutex_);
      sizes_[memory] = size;
    }
    return {memory, memory, &give_back, at::Device(at::kCPU)};
  }

  // The smallest kept block that is large enough, if at most half of it is wasted.
  void* reuse(size_t size) {
    std::lock_guard<std::mutex> lock(mutex_);
    const auto found = by_size_.lower_bound(size);
    if (found == by_size_.end() || found->first > 2 * size) return nullptr;
    return remove(found->second.back()).memory;
  }

  // Takes a kept block out of both lists.
  Block remove(std::list<Block>::iterator at) {
    const Block block = *at;
    const auto same = by_size_.find(block.bytes);
    auto& kept = same->second;
    kept.erase(std::find(kept.begin(), kept.end(), at));
    if (kept.empty()) by_size_.erase(same);
    kept_bytes_ -= block.bytes;
    oldest_last_.erase(at);
    return block;
  }

  static void give_back(void* memory) { instance().keep(memory); }

  void keep(void* memory) {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      const auto found = memory == nullptr ? sizes_.end() : sizes_.find(memory);
      if (found == sizes_.end()) {
        c10::GetDefaultCPUAllocator()->raw_deallocate(memory);
        return;
      }
      oldest_last_.push_front({memory, found->second});
      by_size_[found->second].push_back(oldest_last_.begin());
      kept_bytes_ += found->second;
    }
    shrink(MostKept);
  }

  void* map(size_t size) {
    for (const bool last : {false, true}) {
      void* memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      if (memory != MAP_FAILED) return memory;
      TORCH_CHECK(!last, "not enough memory: ", size, " bytes were asked for");
      shrink(0);
    }
    return nullptr;
  }

  // Gives kept blocks back to the system, the ones unused for longest first.
  void shrink(size_t most) {
    std::vector<Block> leaving;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      while (kept_bytes_ > most) {
        leaving.push_back(remove(std::prev(oldest_last_.end())));
        sizes_.erase(leaving.back().memory);
      }
    }
    for (const auto& block : leaving) munmap(block.memory, block.bytes);
  }

  std::mutex mutex_;
  std::list<Block> oldest_last_;
  std::map<size_t, std::vector<std::list<Block>::iterator>> by_size_;
  std::unordered_map<void*, size_t> sizes_;
  size_t kept_bytes_ = 0;
};

// Tensors made before this one keep their own way of being freed.
const bool registered = [] {
  c10::SetCPUAllocator(&Pool::instance(), 1);
  return true;
}();

}  // namespace
