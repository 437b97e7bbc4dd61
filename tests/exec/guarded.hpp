// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Memory between pages that may not be touched: an access before it or behind it ends the program.
#pragma once
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include <tenon/runtime/abi.h>
#include <catch2/catch.hpp>

/// Which end of the memory meets the forbidden page exactly.
enum class edge { start, end };

/// `bytes` of memory, aligned as generated code may expect. At its end the alignment leaves less
/// than TENON_ALIGNMENT bytes before the page: those hold a pattern, and `is_intact` says if it is
/// still there.
class guarded {
 public:
  guarded(std::size_t bytes, edge where) : bytes_(bytes) {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    const std::size_t inside = std::max<std::size_t>((bytes + page - 1) / page, 1) * page;
    total_ = inside + 2 * page;
    map_ = static_cast<std::uint8_t*>(
        mmap(nullptr, total_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    REQUIRE(map_ != MAP_FAILED);
    first_ = map_ + page;
    end_ = first_ + inside;
    REQUIRE(mprotect(first_, inside, PROT_READ | PROT_WRITE) == 0);
    const std::size_t rounded = (bytes + TENON_ALIGNMENT - 1) / TENON_ALIGNMENT * TENON_ALIGNMENT;
    data_ = where == edge::start ? first_ : end_ - rounded;
    std::fill(first_, end_, pattern);
    std::fill(data_, data_ + bytes, std::uint8_t{0});
  }
  ~guarded() { munmap(map_, total_); }
  guarded(const guarded&) = delete;
  guarded& operator=(const guarded&) = delete;

  [[nodiscard]] void* data() const { return data_; }
  template <class T>
  [[nodiscard]] T* as() const {
    return reinterpret_cast<T*>(data_);
  }
  [[nodiscard]] bool is_intact() const {
    const auto same = [](std::uint8_t byte) { return byte == pattern; };
    return std::all_of(first_, data_, same) && std::all_of(data_ + bytes_, end_, same);
  }

 private:
  static constexpr std::uint8_t pattern = 0xA5;
  std::size_t bytes_, total_ = 0;
  std::uint8_t *map_ = nullptr, *first_ = nullptr, *end_ = nullptr, *data_ = nullptr;
};
