// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// From an entry to SPIR-V: a gpu.func over storage buffers, MLIR's conversion, its serialiser.
#include "Spirv.h"

#include "mlir/Conversion/GPUToSPIRV/GPUToSPIRVPass.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/SPIRV/IR/SPIRVDialect.h"
#include "mlir/Dialect/SPIRV/IR/SPIRVOps.h"
#include "mlir/Dialect/SPIRV/IR/TargetAndABI.h"
#include "mlir/Dialect/SPIRV/Transforms/Passes.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/SPIRV/Serialization.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

namespace tenon {

// Without fma: shaders have no fused multiply-add that every device must round once.
static constexpr Target spirvTarget{.name = "spirv", .fma = false};

namespace {
class SpirvKernelBuilder : public GpuKernelBuilder {
public:
  SpirvKernelBuilder(OpBuilder &builder, GroupOp group)
      : GpuKernelBuilder(builder, group.getLoc(), spirvTarget, group) {
    lane = gpu::ThreadIdOp::create(b, loc, gpu::Dimension::x);
    workgroup = gpu::BlockIdOp::create(b, loc, gpu::Dimension::x);
  }

  // A buffer is an array of what one access takes; addresses inside of an element do not exist.
  Value load(Value base, Value index, Type, unsigned lanes) override {
    return memref::LoadOp::create(b, loc, base, lanes == 1 ? index : div(index, lanes));
  }
  void store(Value value, Value base, Value index, bool) override {
    unsigned lanes = lanesOf(value);
    memref::StoreOp::create(b, loc, value, base, lanes == 1 ? index : div(index, lanes));
  }

  // Through shared memory: nothing is known of subgroups. Each sum has its own memory, so that one
  // barrier is enough: before it is written again lies the barrier of the next sum.
  Values sumOverLanes(ValueRange partials, const GpuShape &shape) override {
    auto workgroupMemory =
        spirv::StorageClassAttr::get(b.getContext(), spirv::StorageClass::Workgroup);
    auto type = MemRefType::get({GpuShape::workgroupSize}, b.getF32Type(),
                                MemRefLayoutAttrInterface(), workgroupMemory);
    Values shared, totals;
    for (Value partial : partials) {
      shared.push_back(memref::AllocOp::create(b, loc, type));
      memref::StoreOp::create(b, loc, partial, shared.back(), lane);
    }
    gpu::BarrierOp::create(b, loc);
    Value first = mul(div(lane, shape.rowLanes), shape.rowLanes);
    for (Value memory : shared) {
      std::vector<Value> sums;
      for (unsigned i = 0; i < shape.rowLanes; ++i)
        sums.push_back(memref::LoadOp::create(b, loc, memory, add(first, i)));
      for (size_t half = sums.size() / 2; half >= 1; half /= 2)
        for (size_t i = 0; i < half; ++i)
          sums[i] = addf(sums[i], sums[i + half]);
      totals.push_back(sums.front());
    }
    return totals;
  }

  // The device's may be off by two units in the last place; a Newton step makes that one.
  Value reciprocalRoot(Value x) override {
    Value guess = spirv::GLInverseSqrtOp::create(b, loc, x);
    Value error = mulf(mulf(x, guess), guess);
    return mulf(guess, subf(splat(1.5, 1), mulf(splat(0.5, 1), error)));
  }
};
} // namespace

static spirv::TargetEnvAttr vulkan11(MLIRContext *context) {
  auto triple =
      spirv::VerCapExtAttr::get(spirv::Version::V_1_3, {spirv::Capability::Shader},
                                {spirv::Extension::SPV_KHR_storage_buffer_storage_class}, context);
  return spirv::TargetEnvAttr::get(
      triple, spirv::getDefaultResourceLimits(context), spirv::ClientAPI::Vulkan,
      spirv::Vendor::Unknown, spirv::DeviceType::Unknown, spirv::TargetEnvAttr::kUnknownDeviceID);
}

static OwningOpRef<ModuleOp> emitModule(const GpuEntry &entry) {
  GroupOp group = entry.rows.group;
  Location loc = group.getLoc();
  OwningOpRef<ModuleOp> module = ModuleOp::create(loc);
  OpBuilder b(module->getBodyRegion());
  MLIRContext *context = b.getContext();
  (*module)->setAttr(gpu::GPUDialect::getContainerModuleAttrName(), b.getUnitAttr());
  auto device = gpu::GPUModuleOp::create(b, loc, "device");
  device->setAttr(spirv::getTargetEnvAttrName(), vulkan11(context));

  auto storage = spirv::StorageClassAttr::get(context, spirv::StorageClass::StorageBuffer);
  auto bufferOf = [&](Type element) {
    return MemRefType::get({ShapedType::kDynamic}, element, MemRefLayoutAttrInterface(), storage);
  };
  SmallVector<Type> types;
  for (const KernelBuffer &buffer : entry.signature.buffers) {
    int64_t width = buffer.element.isF32() ? entry.shape.width : 1;
    types.push_back(
        bufferOf(width == 1 ? buffer.element : VectorType::get({width}, buffer.element)));
  }
  types.push_back(bufferOf(b.getI32Type()));

  b.setInsertionPointToStart(device.getBody());
  auto kernel = gpu::GPUFuncOp::create(b, loc, entry.symbol, b.getFunctionType(types, {}));
  kernel->setAttr(gpu::GPUDialect::getKernelFuncAttrName(), b.getUnitAttr());
  int32_t size = GpuShape::workgroupSize;
  kernel->setAttr(spirv::getEntryPointABIAttrName(),
                  spirv::getEntryPointABIAttr(context, {size, 1, 1}));
  Block *body = &kernel.getBody().front();
  b.setInsertionPointToStart(body);
  gpu::ReturnOp::create(b, loc);
  b.setInsertionPointToStart(body);
  SpirvKernelBuilder k(b, group);
  k.bind(entry.signature, body->getArguments());
  emitGpuRows(k, entry.rows, entry.shape);
  return module;
}

static LogicalResult lower(ModuleOp module) {
  PassManager passes(module.getContext());
  passes.addPass(createCanonicalizerPass());
  passes.addPass(createCSEPass());
  passes.addPass(createConvertGPUToSPIRVPass());
  OpPassManager &shader = passes.nest<spirv::ModuleOp>();
  shader.addPass(spirv::createSPIRVLowerABIAttributesPass());
  shader.addPass(spirv::createSPIRVUpdateVCEPass());
  return passes.run(module);
}

llvm::Expected<GpuKernel> compileSpirv(func::FuncOp function) {
  llvm::Expected<GpuEntry> entry = GpuEntry::of(function);
  if (!entry)
    return entry.takeError();
  function.getContext()
      ->loadDialect<arith::ArithDialect, gpu::GPUDialect, memref::MemRefDialect, scf::SCFDialect,
                    spirv::SPIRVDialect, vector::VectorDialect>();
  OwningOpRef<ModuleOp> module = emitModule(*entry);
  if (failed(lower(*module)))
    return llvm::createStringError("lowering of " + entry->symbol + " to SPIR-V failed");
  auto shaders = module->getOps<spirv::ModuleOp>();
  SmallVector<uint32_t> words;
  if (shaders.empty() || failed(spirv::serialize(*shaders.begin(), words)))
    return llvm::createStringError("writing " + entry->symbol + " as SPIR-V failed");
  GpuKernel kernel = entry->describe(GpuKernel::Code::Spirv, "spirv", 0);
  kernel.code.assign(reinterpret_cast<const char *>(words.data()), words.size() * sizeof(uint32_t));
  return kernel;
}

} // namespace tenon
