# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Which GPTs are compiled in: configurations as text, and what the C++ compiler is told of them.
include_guard(GLOBAL)

# gpt_check_size(<whose> <what> <number> <most>): stops unless the number is 1 to <most>.
function(gpt_check_size whose what number most)
  string(LENGTH "${number}" digits)
  if(NOT number MATCHES "^[1-9][0-9]*$" OR digits GREATER 9 OR number GREATER most)
    message(FATAL_ERROR "${whose}: ${what} is '${number}', it must be a whole number of 1 to ${most}")
  endif()
endfunction()

# gpt_check_sizes(<whose> <n_layer> <n_head> <n_embd> <n_vocab> <n_block>): the same for the sizes of
# a GPT, together: more than 10^11 parameters are a slip of the pen. config.json has these bounds, too
# (model_config.hpp).
function(gpt_check_sizes whose n_layer n_head n_embd n_vocab n_block)
  gpt_check_size("${whose}" n_layer "${n_layer}" 1024)
  gpt_check_size("${whose}" n_head "${n_head}" 1024)
  gpt_check_size("${whose}" n_embd "${n_embd}" 65536)
  gpt_check_size("${whose}" n_vocab "${n_vocab}" 4194304)
  gpt_check_size("${whose}" n_block "${n_block}" 1048576)
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

# gpt_give_model(): the end of a function that has read a configuration into variables. Sets in the
# scope of its caller `model`, the identifier, `definitions`, those of gpt2.model.cpp, and `metadata`,
# what a program cannot read from sizes and parameters of the model (compiled_gpt.cpp).
macro(gpt_give_model)
  string(CONCAT config
         "{.n_layer = ${n_layer}, .n_head = ${n_head}, .n_embd = ${n_embd}, .n_block = ${n_block}, "
         ".n_vocab = ${n_vocab}, .max_batch = ${max_batch}, .bias = ${bias}, .dropout = ${dropout}, "
         ".act = activation::${activation}, .epsilon = ${epsilon}${more}}")
  set(model ${name} PARENT_SCOPE)
  set(definitions "TENON_GPT=${config}" TENON_GPT_NAME=${name} PARENT_SCOPE)
  set(metadata configuration=${configuration} activation_function=${activation}
      layer_norm_epsilon=${epsilon} dropout=${dropout} family=gpt2 PARENT_SCOPE)
endmacro()

# gpt_take_compute(): of a configuration's `text`, whether it ends in +bf16, which it then loses; sets
# configuration, compute and suffix.
macro(gpt_take_compute)
  set(configuration "${text}")
  set(compute)
  set(suffix)
  if(text MATCHES "^(.*)\\+bf16$")
    set(text ${CMAKE_MATCH_1})
    set(compute COMPUTE bf16)
    set(suffix _bf16)
  endif()
endmacro()

# gpt2_read_configuration(<text> <max batch>): sets what gpt_give_model says, and `compute`, what
# follows COMPUTE of tenon_add_model.
#   <text>: a name of the table below, or name:n_layer,n_head,n_embd,n_vocab,n_block,activation with
#   the activation as in config.json; behind it, where they are not GPT-2's, the layer norms' epsilon,
#   n_inner=<size>, untied. With +bf16 behind it the model computes in bf16, and `model` ends in _bf16.
function(gpt2_read_configuration text max_batch)
  set(known_licences    "3,3,96,1024,256,gelu_new")  # samples/checkpoint/licences
  set(known_gpt2        "12,12,768,50257,1024,gelu_new")
  set(known_gpt2-medium "24,16,1024,50257,1024,gelu_new")
  set(known_gpt2-large  "36,20,1280,50257,1024,gelu_new")
  set(known_gpt2-xl     "48,25,1600,50257,1024,gelu_new")
  set(whose "TENON_SAMPLES_GPT2: '${text}'")
  gpt_take_compute()
  if(DEFINED known_${text})
    set(text "${text}:${known_${text}}")
  endif()
  if(NOT text MATCHES "^([A-Za-z][A-Za-z0-9_-]*):([^,]*,[^,]*,[^,]*,[^,]*,[^,]*,[^,]*)(,.*)?$")
    message(FATAL_ERROR "${whose} is neither licences, gpt2, gpt2-medium, gpt2-large or gpt2-xl nor "
            "of the form name:n_layer,n_head,n_embd,n_vocab,n_block,activation"
            "[,epsilon][,n_inner=size][,untied], with or without +bf16 behind it")
  endif()
  string(REPLACE "-" "_" name ${CMAKE_MATCH_1}${suffix})
  set(rest "${CMAKE_MATCH_3}")
  string(REPLACE "," ";" sizes "${CMAKE_MATCH_2}")
  list(POP_BACK sizes activation)
  list(GET sizes 0 n_layer)
  list(GET sizes 1 n_head)
  list(GET sizes 2 n_embd)
  list(GET sizes 3 n_vocab)
  list(GET sizes 4 n_block)
  gpt_check_sizes("${whose}" "${n_layer}" "${n_head}" "${n_embd}" "${n_vocab}" "${n_block}")
  gpt_check_activation("${whose}" "${activation}")
  set(bias true)
  set(dropout 0.1)
  set(epsilon 1e-5)
  set(more)
  if(rest MATCHES "^,([0-9.][0-9.e-]*)(.*)$")
    set(rest "${CMAKE_MATCH_2}")
    set(epsilon "${CMAKE_MATCH_1}")
    gpt_check_epsilon("${whose}" "${epsilon}")
  endif()
  if(rest MATCHES "^,n_inner=([^,]*)(.*)$")
    set(rest "${CMAKE_MATCH_2}")
    gpt_check_size("${whose}" n_inner "${CMAKE_MATCH_1}" 262144)
    string(APPEND more ", .n_inner = ${CMAKE_MATCH_1}")
  endif()
  if(rest STREQUAL ",untied")
    string(APPEND more ", .tied = false")
  elseif(rest)
    message(FATAL_ERROR "${whose}: '${rest}' is not understood; what may follow the activation is "
            "[,epsilon][,n_inner=size][,untied]")
  endif()
  set(compute ${compute} PARENT_SCOPE)
  gpt_give_model()
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
