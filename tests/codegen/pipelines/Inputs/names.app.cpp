// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Uses models of hostile names beside the headers that have these names, and where an application
// has macros of them.
#include <assert.h>
#include <complex.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>
#define y "a macro of the application"
#define minor_ 1 + 1

#include "Gpt.tenon.h"
#include "class.tenon.h"
#include "gpt.tenon.h"
#include "index.tenon.h"
#include "linux.tenon.h"
#include "minor.tenon.h"
#include "read.tenon.h"
#include "std.tenon.h"
#include "stdin.tenon.h"
#include "tenon.tenon.h"

// Entries keep their names, dimensions of such a name get `_`; so do models named as what C has.
static_assert(stdin_::step_::max == 3 && stdin_::index_::max == 8 && stdin_::model_::max == 12);
static_assert(stdin_::session_::max == 8 && stdin_::tenon_dtype_::max == 7);
static_assert(stdin_::is_static_::max == 11 && stdin_::minor::max == 4);
static_assert(stdin_::parameters.size() == 9 && stdin_::parameters[0].name == "init");
static_assert(stdin_::step::uses_state && stdin_::loss::index != stdin_::step::index);
auto step_method = &stdin_::session::step;
auto train_method = &stdin_::session::train_step;
auto others = {&index_::model, &read_::model, &std_::model, &tenon_::model, &class_::model,
               &linux_::model, &minor::model, &gpt::model,  &Gpt::model};
auto of_c = {&tenon_model_stdin, &tenon_model_class, &tenon_model_linux, &tenon_model_std};
int macros_are_back = errno + static_cast<int>(minor(0)) + static_cast<int>(sizeof(y)) + minor_;
