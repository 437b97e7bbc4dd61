# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Which BERTs are compiled in: configurations as text, and what the C++ compiler is told of them.
include_guard(GLOBAL)
include(${CMAKE_CURRENT_LIST_DIR}/../gpt2/Configurations.cmake)

# minilm_read_configuration(<text> <max batch>): sets `model`, the identifier, `definitions`, those of
# minilm.model.cpp, and `metadata`, what a program cannot read from sizes of the model.
#   <text>: all-MiniLM-L6-v2, or name:n_layer,n_head,n_embd,n_hidden,n_vocab,n_positions,n_type,epsilon
function(minilm_read_configuration text max_batch)
  set(known_all-MiniLM-L6-v2 "6,12,384,1536,30522,512,2,1e-12")
  set(whose "TENON_SAMPLES_MINILM: '${text}'")
  set(configuration "${text}")
  if(DEFINED known_${text})
    set(text "${text}:${known_${text}}")
  endif()
  if(NOT text MATCHES "^([A-Za-z][A-Za-z0-9_-]*):([^,]*),([^,]*),([^,]*),([^,]*),([^,]*),([^,]*),([^,]*),([^,]*)$")
    message(FATAL_ERROR "${whose} is neither all-MiniLM-L6-v2 nor of the form "
            "name:n_layer,n_head,n_embd,n_hidden,n_vocab,n_positions,n_type,epsilon")
  endif()
  string(REPLACE "-" "_" name "${CMAKE_MATCH_1}")
  string(TOLOWER ${name} name)
  set(n_layer "${CMAKE_MATCH_2}")
  set(n_head "${CMAKE_MATCH_3}")
  set(n_embd "${CMAKE_MATCH_4}")
  set(n_hidden "${CMAKE_MATCH_5}")
  set(n_vocab "${CMAKE_MATCH_6}")
  set(n_block "${CMAKE_MATCH_7}")
  set(n_type "${CMAKE_MATCH_8}")
  set(epsilon "${CMAKE_MATCH_9}")
  gpt_check_sizes("${whose}" "${n_layer}" "${n_head}" "${n_embd}" "${n_vocab}" "${n_block}")
  gpt_check_size("${whose}" n_hidden "${n_hidden}" 262144)
  gpt_check_size("${whose}" n_type "${n_type}" 1024)
  gpt_check_epsilon("${whose}" "${epsilon}")
  string(CONCAT config
         "{.n_layer = ${n_layer}, .n_head = ${n_head}, .n_embd = ${n_embd}, .n_hidden = ${n_hidden}, "
         ".n_vocab = ${n_vocab}, .n_block = ${n_block}, .n_type = ${n_type}, .max_batch = ${max_batch}, "
         ".epsilon = ${epsilon}}")
  set(model ${name} PARENT_SCOPE)
  set(definitions "TENON_BERT=${config}" TENON_BERT_NAME=${name} PARENT_SCOPE)
  set(metadata configuration=${configuration} layer_norm_eps=${epsilon} family=bert PARENT_SCOPE)
endfunction()
