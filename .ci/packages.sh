# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Debian packages: what building needs, and what the tests need on top. Source this file, then call
# need_packages with the list. Without network it works as long as all of them are installed.

# Compiler and models; the lib*-dev of the third line are what LLVM's CMake files ask for.
build_packages=(build-essential cmake ninja-build ccache pkg-config python3
  llvm-22-dev llvm-22-tools libmlir-22-dev mlir-22-tools
  libffi-dev libedit-dev zlib1g-dev libzstd-dev libxml2-dev libcurl4-openssl-dev
  libfmt-dev libcli11-dev nlohmann-json3-dev libpcre2-dev libutf8proc-dev)

# A second compiler and its tools, a software GPU, another machine's compiler and emulator.
test_packages=(catch2 git clang-22 clang-format-22 clang-tidy-22 libclang-rt-22-dev
  libvulkan-dev mesa-vulkan-drivers vulkan-validationlayers spirv-tools
  g++-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user libbenchmark-dev)

need_packages() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed ||
      missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  echo "installing: ${missing[*]}"
  local root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || {
      echo "error: these packages are missing and neither root nor sudo is at hand: ${missing[*]}" >&2
      return 1
    }
    root=(sudo)
  fi
  "${root[@]}" apt-get -qq update
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends \
    "${missing[@]}" >/dev/null
}
