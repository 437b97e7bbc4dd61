# Which GPTs are compiled in: configurations as text, and what the C++ compiler is told of them.
include_guard(GLOBAL)

# name:n_layer,n_head,n_embd,n_vocab,n_block,activation[,epsilon]; activation as in config.json.
set(gpt2_known_licences    "3,3,96,1024,256,gelu_new")     # samples/checkpoint/licences
set(gpt2_known_gpt2        "12,12,768,50257,1024,gelu_new")
set(gpt2_known_gpt2-medium "24,16,1024,50257,1024,gelu_new")
set(gpt2_known_gpt2-large  "36,20,1280,50257,1024,gelu_new")
set(gpt2_known_gpt2-xl     "48,25,1600,50257,1024,gelu_new")

# gpt2_read_configuration(<text> <max batch>): sets `model`, the identifier, and `definitions`, those
# of gpt2.model.cpp, in the caller's scope.
function(gpt2_read_configuration text max_batch)
  set(form "name:n_layer,n_head,n_embd,n_vocab,n_block,gelu_new|gelu[,epsilon]")
  if(DEFINED gpt2_known_${text})
    set(text "${text}:${gpt2_known_${text}}")
  endif()
  if(NOT text MATCHES "^([A-Za-z][A-Za-z0-9_-]*):([0-9]+),([0-9]+),([0-9]+),([0-9]+),([0-9]+),(gelu_new|gelu)(,[0-9.e-]+)?$")
    message(FATAL_ERROR "TENON_SAMPLES_GPT2: '${text}' is neither licences, gpt2, gpt2-medium, "
            "gpt2-large or gpt2-xl nor of the form ${form}")
  endif()
  set(name ${CMAKE_MATCH_1})
  set(gelu tanh)
  if(CMAKE_MATCH_7 STREQUAL gelu)
    set(gelu erf)
  endif()
  set(epsilon)
  if(CMAKE_MATCH_8)
    string(REPLACE "," ", .epsilon = " epsilon ${CMAKE_MATCH_8})
  endif()
  string(CONCAT config
         "{.n_layer = ${CMAKE_MATCH_2}, .n_head = ${CMAKE_MATCH_3}, .n_embd = ${CMAKE_MATCH_4}, "
         ".n_block = ${CMAKE_MATCH_6}, .n_vocab = ${CMAKE_MATCH_5}, .max_batch = ${max_batch}, "
         ".gelu = tenon::gelu_${gelu}${epsilon}}")
  string(REPLACE "-" "_" name ${name})
  set(model ${name} PARENT_SCOPE)
  set(definitions "TENON_GPT=${config}" TENON_GPT_NAME=${name} PARENT_SCOPE)
endfunction()
