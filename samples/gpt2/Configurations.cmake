# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Which GPTs are compiled in: configurations as text, and what the C++ compiler is told of them.
include_guard(GLOBAL)

# gpt2_read_configuration(<text> <max batch>): sets `model`, the identifier, `definitions`, those of
# gpt2.model.cpp, and `compute`, what follows COMPUTE of tenon_add_model, in the caller's scope.
#   <text>: a name of the table below, or name:n_layer,n_head,n_embd,n_vocab,n_block,activation with
#   the activation as in config.json, and the layer norms' epsilon after it where it is not 1e-5.
#   With +bf16 behind it the model computes in bf16, and `model` ends in _bf16.
function(gpt2_read_configuration text max_batch)
  set(known_licences    "3,3,96,1024,256,gelu_new")  # samples/checkpoint/licences
  set(known_gpt2        "12,12,768,50257,1024,gelu_new")
  set(known_gpt2-medium "24,16,1024,50257,1024,gelu_new")
  set(known_gpt2-large  "36,20,1280,50257,1024,gelu_new")
  set(known_gpt2-xl     "48,25,1600,50257,1024,gelu_new")
  set(compute)
  set(suffix)
  if(text MATCHES "^(.*)\\+bf16$")
    set(text ${CMAKE_MATCH_1})
    set(compute COMPUTE bf16)
    set(suffix _bf16)
  endif()
  if(DEFINED known_${text})
    set(text "${text}:${known_${text}}")
  endif()
  set(size "([0-9]+),")
  string(REPEAT ${size} 5 sizes)
  if(NOT text MATCHES "^([A-Za-z][A-Za-z0-9_-]*):${sizes}(gelu_new|gelu)(,[0-9.e-]+)?$")
    message(FATAL_ERROR "TENON_SAMPLES_GPT2: '${text}' is neither licences, gpt2, gpt2-medium, "
            "gpt2-large or gpt2-xl nor of the form "
            "name:n_layer,n_head,n_embd,n_vocab,n_block,gelu_new|gelu[,epsilon], with or without "
            "+bf16 behind it")
  endif()
  set(form tanh)
  if("${CMAKE_MATCH_7}" STREQUAL "gelu")
    set(form erf)
  endif()
  string(REPLACE "," ", .epsilon = " epsilon "${CMAKE_MATCH_8}")
  string(CONCAT config
         "{.n_layer = ${CMAKE_MATCH_2}, .n_head = ${CMAKE_MATCH_3}, .n_embd = ${CMAKE_MATCH_4}, "
         ".n_block = ${CMAKE_MATCH_6}, .n_vocab = ${CMAKE_MATCH_5}, .max_batch = ${max_batch}, "
         ".gelu = tenon::gelu_${form}${epsilon}}")
  string(REPLACE "-" "_" name ${CMAKE_MATCH_1}${suffix})
  set(model ${name} PARENT_SCOPE)
  set(compute ${compute} PARENT_SCOPE)
  set(definitions "TENON_GPT=${config}" TENON_GPT_NAME=${name} PARENT_SCOPE)
endfunction()
