/** The part of WebAssembly this folder uses, since the package is compiled without the types of a browser. */
declare namespace WebAssembly {
  class Memory {
    readonly buffer: ArrayBuffer
  }
  class Module {
    private readonly compiled: true
  }
  class Instance {
    constructor(module: Module, imports: Record<string, ModuleImports>)
    readonly exports: Readonly<Record<string, unknown>>
  }
  type ModuleImports = Record<string, (...args: never[]) => unknown>
  function compile(bytes: Uint8Array): Promise<Module>
}
