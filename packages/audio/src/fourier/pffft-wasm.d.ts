/** The part of the SIMD build of PFFFT that this package calls; the package ships no types. */
declare module '@echogarden/pffft-wasm/simd' {
  export interface PffftModule {
    /** Replaced when the memory grows: read it anew for each call. */
    readonly HEAPF32: Float32Array
    _pffft_aligned_malloc(bytes: number): number
    _pffft_aligned_free(pointer: number): void
    _pffft_new_setup(size: number, transform: number): number
    _pffft_destroy_setup(setup: number): void
    _pffft_transform_ordered(
      setup: number,
      input: number,
      output: number,
      work: number,
      direction: number,
    ): void
  }
  const load: (overrides?: { readonly wasmBinary?: ArrayBuffer | Uint8Array }) => Promise<PffftModule>

  export { load as default }
}
