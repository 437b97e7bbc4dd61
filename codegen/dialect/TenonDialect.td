// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The tenon dialect: its definition, its one attribute that names dimensions, its enums.
#ifndef TENON_DIALECT
#define TENON_DIALECT

include "mlir/IR/OpBase.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/TensorEncoding.td"

def Tenon_Dialect : Dialect {
  let name = "tenon";
  let cppNamespace = "::tenon";
  let summary = "the operations of GPT models on tensors with named dimensions";
  let description = [{
    A model is a `tenon.model` with its dimensions, parameters, states and entries. Tensors are
    builtin ranked tensors whose encoding `#tenon.dims<batch, seq, n_embd>` names each dimension;
    a name refers to a `tenon.dim` of the model. Dimension letters in formulas: B batch, T time,
    C channels, H heads, D head size, V vocabulary; M, N, K in a matrix product.
  }];
  let useDefaultAttributePrinterParser = 1;
  let dependentDialects = ["mlir::func::FuncDialect"];
}

def Tenon_DimsAttr : AttrDef<Tenon_Dialect, "Dims", [
    DeclareAttrInterfaceMethods<VerifiableTensorEncoding>]> {
  let mnemonic = "dims";
  let summary = "the names of a tensor's dimensions";
  let description = [{
    One name a dimension, as a tensor's encoding: `tensor<?x768xf32, #tenon.dims<seq, n_embd>>`.
    Equal names mean the same dimension; equal sizes under different names do not fit together.
  }];
  let parameters = (ins ArrayRefParameter<"mlir::StringAttr">:$names);
  let hasCustomAssemblyFormat = 1;
}

// Every tensor of the dialect says which dimensions it has.
def Tenon_Tensor : Type<
    CPred<[{::llvm::isa<::mlir::RankedTensorType>($_self) &&
            ::llvm::isa_and_nonnull<::tenon::DimsAttr>(
                ::llvm::cast<::mlir::RankedTensorType>($_self).getEncoding())}]>,
    "tensor with named dimensions (write #tenon.dims<...> behind its element type)",
    "::mlir::RankedTensorType">;

class Tenon_Enum<string name, string summary, list<I32EnumAttrCase> cases>
    : I32EnumAttr<name, summary, cases> {
  let cppNamespace = "::tenon";
  let genSpecializedAttr = 0;
}
class Tenon_EnumAttr<EnumAttrInfo info, string mnemonic> : EnumAttr<Tenon_Dialect, info, mnemonic> {
  let assemblyFormat = "$value";
}

def Tenon_GeluKind : Tenon_Enum<"GeluKind", "which form of GELU", [
  I32EnumAttrCase<"Tanh", 0, "tanh">, I32EnumAttrCase<"Erf", 1, "erf">]>;
def Tenon_GeluKindAttr : Tenon_EnumAttr<Tenon_GeluKind, "gelu_kind">;

// TENON_SCALARS of the graph format.
def Tenon_ScalarFunction : Tenon_Enum<"ScalarFunction", "what is done to each element", [
  I32EnumAttrCase<"add", 0>, I32EnumAttrCase<"subtract", 1>, I32EnumAttrCase<"multiply", 2>,
  I32EnumAttrCase<"divide", 3>, I32EnumAttrCase<"minimum", 4>, I32EnumAttrCase<"maximum", 5>,
  I32EnumAttrCase<"exp", 6>, I32EnumAttrCase<"log", 7>, I32EnumAttrCase<"sqrt", 8>,
  I32EnumAttrCase<"rsqrt", 9>, I32EnumAttrCase<"tanh", 10>, I32EnumAttrCase<"sigmoid", 11>,
  I32EnumAttrCase<"sin", 12>, I32EnumAttrCase<"cos", 13>, I32EnumAttrCase<"select_less", 14>,
  I32EnumAttrCase<"select_at_most", 15>, I32EnumAttrCase<"as_f32", 16>]>;
def Tenon_ScalarFunctionAttr : Tenon_EnumAttr<Tenon_ScalarFunction, "scalar_function">;

// As in the graph format.
def Tenon_Reduction : Tenon_Enum<"Reduction", "what becomes of the elements along a dimension", [
  I32EnumAttrCase<"Sum", 0, "sum">, I32EnumAttrCase<"Max", 1, "max">]>;
def Tenon_ReductionAttr : Tenon_EnumAttr<Tenon_Reduction, "reduction">;

def Tenon_InitKind : Tenon_Enum<"InitKind", "how a parameter is initialised", [
  I32EnumAttrCase<"Zeros", 0, "zeros">, I32EnumAttrCase<"Ones", 1, "ones">,
  I32EnumAttrCase<"Normal", 2, "normal">, I32EnumAttrCase<"ScaledNormal", 3, "scaled_normal">,
  I32EnumAttrCase<"Uniform", 4, "uniform">]>;
def Tenon_InitKindAttr : Tenon_EnumAttr<Tenon_InitKind, "init_kind">;

// In the order of stored_kind of the graph format.
def Tenon_StoredKind : Tenon_Enum<"StoredKind", "what a name in a checkpoint means", [
  I32EnumAttrCase<"Prefix", 0, "prefix">, I32EnumAttrCase<"Ignored", 1, "ignored">,
  I32EnumAttrCase<"Twin", 2, "twin">, I32EnumAttrCase<"Named", 3, "named">,
  I32EnumAttrCase<"Swapped", 4, "swapped">, I32EnumAttrCase<"Paired", 5, "paired">,
  I32EnumAttrCase<"Raised", 6, "raised">]>;
def Tenon_StoredKindAttr : Tenon_EnumAttr<Tenon_StoredKind, "stored_kind">;

// In the order of state_kind of the graph format.
def Tenon_StateKind : Tenon_Enum<"StateKind", "what a state holds", [
  I32EnumAttrCase<"KvCache", 0, "kv_cache">, I32EnumAttrCase<"Rows", 1, "rows">]>;
def Tenon_StateKindAttr : Tenon_EnumAttr<Tenon_StateKind, "state_kind">;

def Tenon_GroupKind : Tenon_Enum<"GroupKind", "which kernel family computes a fused group", [
  I32EnumAttrCase<"Embedding", 0, "embedding">, I32EnumAttrCase<"Norm", 1, "norm">,
  I32EnumAttrCase<"Linear", 2, "linear">, I32EnumAttrCase<"Attention", 3, "attention">,
  I32EnumAttrCase<"Rows", 4, "rows">,
  I32EnumAttrCase<"CrossEntropy", 5, "cross_entropy">,
  I32EnumAttrCase<"LastToken", 6, "last_token">,
  I32EnumAttrCase<"LinearBackward", 7, "linear_backward">,
  I32EnumAttrCase<"WeightGradient", 8, "weight_gradient">,
  I32EnumAttrCase<"HeadLoss", 9, "head_loss">,
  I32EnumAttrCase<"AttentionBackward", 10, "attention_backward">,
  I32EnumAttrCase<"NormBackward", 11, "norm_backward">,
  I32EnumAttrCase<"EmbeddingBackward", 12, "embedding_backward">,
  I32EnumAttrCase<"SumLeading", 13, "sum_leading">,
  I32EnumAttrCase<"GradientNorm", 14, "gradient_norm">,
  I32EnumAttrCase<"Optimiser", 15, "optimiser">,
  I32EnumAttrCase<"Initialise", 16, "initialise">, I32EnumAttrCase<"Choice", 17, "choice">,
  I32EnumAttrCase<"GatheredLinear", 18, "gathered_linear">,
  I32EnumAttrCase<"GatheredLinearBackward", 19, "gathered_linear_backward">,
  I32EnumAttrCase<"GatheredWeightGradient", 20, "gathered_weight_gradient">,
  I32EnumAttrCase<"Shift", 21, "shift">]>;
def Tenon_GroupKindAttr : Tenon_EnumAttr<Tenon_GroupKind, "group_kind">;

// See Traits.h.
def Tenon_Elementwise : NativeOpTrait<"IsElementwise"> {
  let cppNamespace = "::tenon";
}
def Tenon_OfEachKernel : NativeOpTrait<"IsOfEachKernel"> {
  let cppNamespace = "::tenon";
}

class Tenon_Op<string mnemonic, list<Trait> traits = []> : Op<Tenon_Dialect, mnemonic, traits>;

#endif
