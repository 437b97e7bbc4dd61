// Nothing of its own: the target that MLIR's precompiled headers belong to. See CMakeLists.txt.
