# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Which GPTs are compiled in for training: configurations as text, and what the C++ compiler is told.
include_guard(GLOBAL)

# nanogpt_read_configuration(<text>): sets `model`, the identifier, and `definitions`, those of
# gpt2.model.cpp, in the caller's scope.
#   <text>: a name of the table below, or
#   name:n_layer,n_head,n_embd,n_vocab,n_block,activation,bias,dropout,max_batch
#   with the activation as in config.json and bias true or false.
function(nanogpt_read_configuration text)
  # nanoGPT's README and its config/train_shakespeare_char.py; it computes GELU by erf. The licence
  # texts of Debian have 86 different characters, tinyshakespeare 65: 96 rows are there for both.
  set(known_shakespeare_char_cpu "4,4,128,96,64,gelu,false,0,12")
  set(known_shakespeare_char     "6,6,384,65,256,gelu,false,0.2,64")
  set(known_licences             "3,3,96,1024,256,gelu_new,true,0,64")  # samples/checkpoint
  set(known_gpt2_124m            "12,12,768,50257,256,gelu_new,true,0,4")
  if(DEFINED known_${text})
    set(text "${text}:${known_${text}}")
  endif()
  string(REGEX REPLACE "^.*," "" max_batch ${text})  # first: it, too, sets CMAKE_MATCH_
  set(size "([0-9]+),")
  string(REPEAT ${size} 5 sizes)
  if(NOT text MATCHES
     "^([A-Za-z][A-Za-z0-9_]*):${sizes}(gelu_new|gelu),(true|false),([0-9.]+),[0-9]+$")
    message(FATAL_ERROR "TENON_SAMPLES_NANOGPT: '${text}' is neither shakespeare_char_cpu, "
            "shakespeare_char, licences or gpt2_124m nor of the form name:n_layer,n_head,n_embd,"
            "n_vocab,n_block,gelu_new|gelu,true|false,dropout,max_batch")
  endif()
  set(form tanh)
  if("${CMAKE_MATCH_7}" STREQUAL "gelu")
    set(form erf)
  endif()
  string(CONCAT config
         "{.n_layer = ${CMAKE_MATCH_2}, .n_head = ${CMAKE_MATCH_3}, .n_embd = ${CMAKE_MATCH_4}, "
         ".n_block = ${CMAKE_MATCH_6}, .n_vocab = ${CMAKE_MATCH_5}, .max_batch = ${max_batch}, "
         ".bias = ${CMAKE_MATCH_8}, .dropout = ${CMAKE_MATCH_9}, .gelu = tenon::gelu_${form}}")
  set(model ${CMAKE_MATCH_1} PARENT_SCOPE)
  set(definitions "TENON_GPT=${config}" TENON_GPT_NAME=${CMAKE_MATCH_1} PARENT_SCOPE)
endfunction()
