# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Which GPTs are compiled in for training: configurations as text, and what the C++ compiler is told.
include_guard(GLOBAL)
include(${CMAKE_CURRENT_LIST_DIR}/../gpt2/Configurations.cmake)

# nanogpt_read_configuration(<text>): sets `model`, the identifier, `definitions`, those of gpt2.model.cpp,
# and `metadata`, what a program cannot read from sizes and parameters of the model.
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
  set(whose "TENON_SAMPLES_NANOGPT: '${text}'")
  set(configuration "${text}")
  if(DEFINED known_${text})
    set(text "${text}:${known_${text}}")
  endif()
  if(NOT text MATCHES
     "^([A-Za-z][A-Za-z0-9_]*):([^,]*,[^,]*,[^,]*,[^,]*,[^,]*,[^,]*,[^,]*,[^,]*,[^,]*)$")
    message(FATAL_ERROR "${whose} is neither shakespeare_char_cpu, shakespeare_char, licences or "
            "gpt2_124m nor of the form name:n_layer,n_head,n_embd,n_vocab,n_block,activation,"
            "true|false,dropout,max_batch")
  endif()
  set(name ${CMAKE_MATCH_1})
  string(REPLACE "," ";" values "${CMAKE_MATCH_2}")
  list(GET values 0 n_layer)
  list(GET values 1 n_head)
  list(GET values 2 n_embd)
  list(GET values 3 n_vocab)
  list(GET values 4 n_block)
  list(GET values 5 activation)
  list(GET values 6 bias)
  list(GET values 7 dropout)
  list(GET values 8 max_batch)
  gpt_check_sizes("${whose}" "${n_layer}" "${n_head}" "${n_embd}" "${n_vocab}" "${n_block}")
  gpt_check_size("${whose}" max_batch "${max_batch}" 65536)
  gpt_check_activation("${whose}" "${activation}")
  if(NOT bias MATCHES "^(true|false)$")
    message(FATAL_ERROR "${whose}: bias is '${bias}', it must be true or false")
  endif()
  if(NOT dropout MATCHES "^0(\\.[0-9]+)?$")
    message(FATAL_ERROR "${whose}: dropout is '${dropout}', it must be at least 0 and less than 1, "
            "such as 0.2")
  endif()
  set(epsilon 1e-5)
  string(CONCAT config
         "{.n_layer = ${n_layer}, .n_head = ${n_head}, .n_embd = ${n_embd}, .n_block = ${n_block}, "
         ".n_vocab = ${n_vocab}, .max_batch = ${max_batch}, .bias = ${bias}, .dropout = ${dropout}, "
         ".act = activation::${activation}, .epsilon = ${epsilon}}")
  string(CONCAT settings  # as an item of TENON_SAMPLES_GPT2 has them
         "n_layer=${n_layer},n_head=${n_head},n_embd=${n_embd},n_vocab=${n_vocab},n_block=${n_block},"
         "act=${activation},epsilon=${epsilon}")
  set(model ${name} PARENT_SCOPE)
  set(definitions "TENON_GPT=${config}" TENON_GPT_NAME=${name} PARENT_SCOPE)
  set(metadata family=gpt2 configuration=${configuration} settings=${settings}
      activation_function=${activation} layer_norm_epsilon=${epsilon} dropout=${dropout} PARENT_SCOPE)
endfunction()
