# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# The families of decoders, and which of their models are compiled in: configurations as text, and
# what the C++ compiler is told of them.
include_guard(DIRECTORY)  # its rows are variables
include(${CMAKE_CURRENT_LIST_DIR}/Configurations.cmake)

# decoder_family(<name> <macro> <setting>... [DIVIDES <part>:<whole>...]): a row of the table.
#   <name>: <name>.model.cpp, <name>_config.cpp and, in families.hpp, what it serves. <macro>: the model
#   file takes it and <macro>_NAME. <setting>: a member of the family's config, in its order: one that
#   every item gives; [setting=], one that it may leave out; [setting], one that it may name. Their
#   kinds are those of decoder_member.
set(decoder_families)
macro(decoder_family name macro)
  cmake_parse_arguments(row "" "" "DIVIDES" ${ARGN})
  list(APPEND decoder_families ${name})
  set(decoder_${name}_macro ${macro})
  set(decoder_${name}_settings ${row_UNPARSED_ARGUMENTS})
  set(decoder_${name}_divides ${row_DIVIDES})
endmacro()
decoder_family(gpt2 TENON_GPT n_layer n_head n_embd n_block n_vocab max_batch act epsilon [n_inner=] [untied]
               DIVIDES n_head:n_embd)
decoder_family(llama TENON_LLAMA n_layer n_head n_kv n_dim n_embd n_hidden n_vocab n_block max_batch theta
               [scaling=] epsilon act [bias] [qk_norm] [untied]
               DIVIDES n_kv:n_head 2:n_dim)
decoder_family(neox TENON_NEOX n_layer n_head n_turned n_embd n_hidden n_vocab n_block max_batch theta
               epsilon act [sequential] [untied]
               DIVIDES n_head:n_embd 2:n_turned)
decoder_family(gptj TENON_GPTJ n_layer n_head n_turned n_embd n_hidden n_vocab n_block max_batch
               epsilon act [untied]
               DIVIDES n_head:n_embd 2:n_turned)
decoder_family(gemma2 TENON_GEMMA2 n_layer n_head n_kv n_dim n_scalar n_embd n_hidden n_vocab n_block n_window
               max_batch theta epsilon act score_cap logit_cap
               DIVIDES n_kv:n_head 2:n_dim)
decoder_family(mixtral TENON_MIXTRAL n_layer n_head n_kv n_dim n_embd n_hidden n_expert n_active n_vocab n_block
               max_batch theta epsilon act [untied]
               DIVIDES n_kv:n_head 2:n_dim)
decoder_family(bloom TENON_BLOOM n_layer n_head n_embd n_vocab n_block max_batch epsilon [untied]
               DIVIDES n_head:n_embd)

# Models that have a name; licences is that of samples/checkpoint/licences.
function(decoder_known name item)
  set(gpt2 "n_vocab=50257,n_block=1024,act=gelu_new,epsilon=1e-5")
  set(known_licences
      "gpt2,n_layer=3,n_head=3,n_embd=96,n_vocab=1024,n_block=256,act=gelu_new,epsilon=1e-5")
  set(known_gpt2        "gpt2,n_layer=12,n_head=12,n_embd=768,${gpt2}")
  set(known_gpt2-medium "gpt2,n_layer=24,n_head=16,n_embd=1024,${gpt2}")
  set(known_gpt2-large  "gpt2,n_layer=36,n_head=20,n_embd=1280,${gpt2}")
  set(known_gpt2-xl     "gpt2,n_layer=48,n_head=25,n_embd=1600,${gpt2}")
  if(DEFINED known_${name})
    set(${item} "${name}:${known_${name}}" PARENT_SCOPE)
  endif()
endfunction()

# decoder_member(<whose> <setting> <value> <member>): sets `member` to how the config struct has it; of a
# mere name the value is empty.
function(decoder_member whose setting value member)
  set(written "${value}")
  set(number "[0-9]+(\\.[0-9]+)?")
  if(setting STREQUAL "untied")
    set(setting tied)
    set(written false)
  elseif(setting STREQUAL "max_batch")
  elseif(setting MATCHES "^n_")
    gpt_most(${setting})
    gpt_check_size("${whose}" ${setting} "${value}" ${most})
  elseif(setting STREQUAL "epsilon")
    gpt_check_epsilon("${whose}" "${value}")
  elseif(setting STREQUAL "theta")
    if(NOT value MATCHES "^[1-9][0-9]*(\\.[0-9]+)?(e\\+?[0-9]+)?$")
      message(FATAL_ERROR "${whose}: theta is '${value}', it must be a number of at least 1, such as 10000")
    endif()
  elseif(setting MATCHES "_cap$")
    if(NOT value MATCHES "^${number}$" OR value MATCHES "^[0.]+$")
      message(FATAL_ERROR "${whose}: ${setting} is '${value}', it must be a number above 0, such as 50")
    endif()
  elseif(setting STREQUAL "scaling")
    if(NOT value MATCHES "^${number}/${number}/${number}/[1-9][0-9]*$")
      message(FATAL_ERROR "${whose}: scaling is '${value}', it must be factor/low/high/original, such as "
              "8/1/4/8192")
    endif()
    string(REPLACE "/" ", " written "{${value}}")
  elseif(setting STREQUAL "act")
    gpt_check_activation("${whose}" "${value}")
    set(written "activation::${value}")
  else()
    set(written true)
  endif()
  set(${member} ".${setting} = ${written}" PARENT_SCOPE)
endfunction()

# decoder_read_configuration(<text> <max batch>): of an item of TENON_SAMPLES_GPT2 sets `model`, the
# identifier; `source`, the file in this folder; `compute`, what follows COMPUTE of tenon_add_model;
# `definitions`, those of the source; and `metadata`, what programs read of the model
# (compiled_model.cpp).
#   <text>: a name that decoder_known has, or name:family,setting=value,setting,... in any order. With
#   +bf16 behind it the model computes in bf16, and `model` ends in _bf16.
function(decoder_read_configuration text max_batch)
  set(whose "TENON_SAMPLES_GPT2: '${text}'")
  set(item "${text}")
  set(compute)
  set(suffix)
  if(item MATCHES "^(.*)\\+bf16$")
    set(item ${CMAKE_MATCH_1})
    set(compute COMPUTE bf16)
    set(suffix _bf16)
  endif()
  decoder_known("${item}" item)
  list(JOIN decoder_families "|" any)
  if(NOT item MATCHES "^([A-Za-z][A-Za-z0-9_-]*):(${any}),(.+)$")
    message(FATAL_ERROR "${whose} is neither licences, gpt2, gpt2-medium, gpt2-large or gpt2-xl nor of the "
            "form name:family,setting=value,... with one of the families ${any}, with or without +bf16 "
            "behind it")
  endif()
  set(family ${CMAKE_MATCH_2})
  set(settings "${CMAKE_MATCH_3}")
  string(REPLACE "-" "_" name ${CMAKE_MATCH_1}${suffix})
  set(row ${decoder_${family}_settings})
  string(REPLACE ";" " " readable "${row}")
  string(REPLACE "max_batch " "" readable "${readable}")

  string(REPLACE "," ";" given "${settings}")
  foreach(each IN LISTS given)
    string(REGEX MATCH "^([a-z_]+)(=(.+))?$" found "${each}")
    set(setting "${CMAKE_MATCH_1}")
    set(value "${CMAKE_MATCH_3}")
    if(found MATCHES "=")
      set(forms ${setting} [${setting}=])
    else()
      set(forms [${setting}])
    endif()
    if(NOT found OR setting STREQUAL "max_batch")
      set(forms)
    endif()
    set(known false)
    foreach(form IN LISTS forms)
      if(form IN_LIST row)
        set(known true)
      endif()
    endforeach()
    if(NOT known)
      message(FATAL_ERROR "${whose}: '${each}' is not understood; ${family} has ${readable}")
    elseif(DEFINED given_${setting})
      message(FATAL_ERROR "${whose} has ${setting} twice; write it once")
    endif()
    set(given_${setting} "${value}")
  endforeach()

  set(given_max_batch ${max_batch})
  set(config)
  foreach(form IN LISTS row)
    string(REGEX REPLACE "[^a-z_]" "" setting "${form}")
    if(DEFINED given_${setting})
      decoder_member("${whose}" ${setting} "${given_${setting}}" member)
      list(APPEND config "${member}")
    elseif(form STREQUAL setting)
      message(FATAL_ERROR "${whose} has no ${setting}=...; ${family} has ${readable}")
    endif()
  endforeach()
  set(given_2 2)  # 2:<whole> is one that has to be even
  foreach(pair IN LISTS decoder_${family}_divides)
    string(REGEX MATCH "^(.*):(.*)$" pair ${pair})
    math(EXPR rest "${given_${CMAKE_MATCH_2}} % ${given_${CMAKE_MATCH_1}}")
    if(rest AND CMAKE_MATCH_1 EQUAL 2)
      message(FATAL_ERROR "${whose}: ${CMAKE_MATCH_2} is ${given_${CMAKE_MATCH_2}}, which rotary positions need even")
    elseif(rest)
      message(FATAL_ERROR "${whose}: ${CMAKE_MATCH_1} is ${given_${CMAKE_MATCH_1}}, which does not divide "
              "${CMAKE_MATCH_2}, ${given_${CMAKE_MATCH_2}}")
    endif()
  endforeach()

  list(JOIN config ", " config)
  set(model ${name} PARENT_SCOPE)
  set(source ${family}.model.cpp PARENT_SCOPE)
  set(compute ${compute} PARENT_SCOPE)
  set(macro ${decoder_${family}_macro})
  set(definitions "${macro}={${config}}" ${macro}_NAME=${name} PARENT_SCOPE)
  set(metadata family=${family} configuration=${text} settings=${settings} PARENT_SCOPE)
endfunction()
