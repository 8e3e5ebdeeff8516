/** The part of WebAssembly this folder uses, since the package is compiled without the types of a browser. */
declare namespace WebAssembly {
  interface Memory {
    /** A new object after every `grow`; views of the old one are empty. */
    readonly buffer: ArrayBuffer
    grow(pages: number): number
  }
  function instantiate(
    bytes: ArrayBuffer | Uint8Array,
    imports: object,
  ): Promise<{ readonly instance: { readonly exports: object } }>
}
