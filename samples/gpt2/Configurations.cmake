# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# What configurations of models may hold, and the errors that end them.
include_guard(GLOBAL)

# gpt_most(<size>): sets `most`, what a size may be; config.json has these bounds, too
# (family_reader.cpp).
function(gpt_most size)
  set(most 65536)
  if(size MATCHES "^(n_layer|n_head|n_kv)$")
    set(most 1024)
  elseif(size STREQUAL "n_vocab")
    set(most 4194304)
  elseif(size STREQUAL "n_block")
    set(most 1048576)
  elseif(size MATCHES "^(n_hidden|n_inner)$")
    set(most 262144)
  endif()
  set(most ${most} PARENT_SCOPE)
endfunction()

# gpt_check_size(<whose> <what> <number> <most>): stops unless the number is 1 to <most>.
function(gpt_check_size whose what number most)
  string(LENGTH "${number}" digits)
  if(NOT number MATCHES "^[1-9][0-9]*$" OR digits GREATER 9 OR number GREATER most)
    message(FATAL_ERROR "${whose}: ${what} is '${number}', it must be a whole number of 1 to ${most}")
  endif()
endfunction()

# gpt_check_sizes(<whose> <n_layer> <n_head> <n_embd> <n_vocab> <n_block>): stops unless a GPT may have
# such sizes, together: more than 10^11 parameters are a slip of the pen.
function(gpt_check_sizes whose n_layer n_head n_embd n_vocab n_block)
  foreach(size n_layer n_head n_embd n_vocab n_block)
    gpt_most(${size})
    gpt_check_size("${whose}" ${size} "${${size}}" ${most})
  endforeach()
  math(EXPR rest "${n_embd} % ${n_head}")
  if(rest)
    message(FATAL_ERROR "${whose}: n_head is ${n_head}, which does not divide n_embd, ${n_embd}")
  endif()
  math(EXPR parameters
       "12 * ${n_layer} * ${n_embd} * ${n_embd} + (${n_vocab} + ${n_block}) * ${n_embd}")
  if(parameters GREATER 100000000000)
    message(FATAL_ERROR "${whose}: the model has about ${parameters} parameters, "
            "at most 100000000000 are compiled; are its sizes in the right order?")
  endif()
endfunction()

# gpt_check_activation(<whose> <activation>): stops unless activations.hpp has it.
function(gpt_check_activation whose activation)
  set(known gelu_new gelu gelu_10 quick_gelu relu relu2 relu6 leaky_relu silu sigmoid tanh hardswish
      mish)
  list(FIND known "${activation}" place)
  if(place LESS 0)
    string(REPLACE ";" ", " known "${known}")
    message(FATAL_ERROR "${whose}: the activation is '${activation}', it must be one of ${known}")
  endif()
endfunction()

# gpt_check_epsilon(<whose> <epsilon>): stops unless it is a number between 0 and 1.
function(gpt_check_epsilon whose epsilon)
  if(NOT epsilon MATCHES "^0?\\.0*[1-9][0-9]*$" AND NOT epsilon MATCHES "^[1-9](\\.[0-9]+)?e-[0-9]+$")
    message(FATAL_ERROR "${whose}: epsilon is '${epsilon}', it must be a number between 0 and 1, "
            "such as 1e-5")
  endif()
endfunction()

# gpt_check_names(<whose> <models>): stops where two configurations make models of one name.
function(gpt_check_names whose models)
  set(once ${models})
  list(REMOVE_DUPLICATES once)
  if(NOT once STREQUAL models)
    string(REPLACE ";" ", " models "${models}")
    message(FATAL_ERROR "${whose} names models ${models}; give each a name of its own")
  endif()
endfunction()
