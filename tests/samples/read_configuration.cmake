# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Reads one item of TENON_SAMPLES_GPT2, TENON_SAMPLES_NANOGPT or TENON_SAMPLES_MINILM as their builds do, and
# prints what the C++ compiler and tenonc would be told:
#   cmake -DFOLDER=<samples/gpt2, samples/nanogpt or samples/minilm> -DREAD=<function> -DTEXT=<item> -P <this>
include(${FOLDER}/Configurations.cmake)
if(READ STREQUAL "gpt2")
  include(${FOLDER}/LlamaConfigurations.cmake)
  decoder_read_configuration("${TEXT}" 1)
elseif(READ STREQUAL "minilm")
  minilm_read_configuration("${TEXT}" 32)
else()
  nanogpt_read_configuration("${TEXT}")
endif()
message(STATUS "${model} ${compute} ${definitions} ${metadata}")
