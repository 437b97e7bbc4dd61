// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The dimensions that the models of this folder share: wN has N elements. They lie around the
// vector widths 4, 8 and 16 and the panel widths 8, 12, 16 and 64 of the targets.
#pragma once
#include <tenon/tenon.hpp>

struct w1 : tenon::dim<1> {};
struct w2 : tenon::dim<2> {};
struct w3 : tenon::dim<3> {};
struct w5 : tenon::dim<5> {};
struct w7 : tenon::dim<7> {};
struct w8 : tenon::dim<8> {};
struct w9 : tenon::dim<9> {};
struct w11 : tenon::dim<11> {};
struct w16 : tenon::dim<16> {};
struct w17 : tenon::dim<17> {};
struct w20 : tenon::dim<20> {};
struct w33 : tenon::dim<33> {};
struct w63 : tenon::dim<63> {};
struct w64 : tenon::dim<64> {};
struct w65 : tenon::dim<65> {};
struct w129 : tenon::dim<129> {};
struct w257 : tenon::dim<257> {};
struct w1021 : tenon::dim<1021> {};
struct w8195 : tenon::dim<8195> {};

struct batch : tenon::dyn<1, 3> {};
struct seq : tenon::dyn<1, 33> {};
