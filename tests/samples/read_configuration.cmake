# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Reads one item of TENON_SAMPLES_GPT2, TENON_SAMPLES_NANOGPT or TENON_SAMPLES_MINILM as their builds do, and
# prints what the C++ compiler and tenonc would be told:
#   cmake -DFOLDER=<samples/gpt2, samples/nanogpt or samples/minilm> -DREAD=<function> -DTEXT=<item> -P <this>
cmake_minimum_required(VERSION 3.25)
if(READ STREQUAL "gpt2")
  include(${FOLDER}/Families.cmake)
  decoder_read_configuration("${TEXT}" 1)
  string(APPEND model " ${source}")
elseif(READ STREQUAL "minilm")
  include(${FOLDER}/Configurations.cmake)
  minilm_read_configuration("${TEXT}" 32)
else()
  include(${FOLDER}/Configurations.cmake)
  nanogpt_read_configuration("${TEXT}")
endif()
message(STATUS "${model} ${compute} ${definitions} ${metadata}")
