// The encoder's convolutions and the dense products. Weights come bias first, then in blocks of output channels that
// fit the registers, so that every load is the next 16 bytes. Each function returns the address after its weights.

/** 3 taps, stride 1, 4 frames in and out, 128 channels out, ReLU. In: [channel][frame]; out: [frame][channel]. */
export function convolveFirst(weights: usize, from: usize, channels: usize, to: usize): usize {
  const zero = f32x4.splat(0)
  const end = from + channels * 16
  let at = weights + 512
  for (let block: usize = 0; block < 512; block += 32) {
    const biasA = v128.load(weights + block)
    const biasB = v128.load(weights + block, 16)
    let A0 = biasA,
      A1 = biasA,
      A2 = biasA,
      A3 = biasA
    let B0 = biasB,
      B1 = biasB,
      B2 = biasB,
      B3 = biasB
    for (let start = from; start < end; start += 256) {
      let a0 = zero,
        a1 = zero,
        a2 = zero,
        a3 = zero
      let b0 = zero,
        b1 = zero,
        b2 = zero,
        b3 = zero
      const stop = min(start + 256, end)
      for (let x = start; x < stop; x += 16) {
        const x0 = v128.load32_splat(x)
        const x1 = v128.load32_splat(x, 4)
        const x2 = v128.load32_splat(x, 8)
        const x3 = v128.load32_splat(x, 12)
        let w = v128.load(at)
        a1 = f32x4.add(a1, f32x4.mul(w, x0))
        a2 = f32x4.add(a2, f32x4.mul(w, x1))
        a3 = f32x4.add(a3, f32x4.mul(w, x2))
        w = v128.load(at, 16)
        b1 = f32x4.add(b1, f32x4.mul(w, x0))
        b2 = f32x4.add(b2, f32x4.mul(w, x1))
        b3 = f32x4.add(b3, f32x4.mul(w, x2))
        w = v128.load(at, 32)
        a0 = f32x4.add(a0, f32x4.mul(w, x0))
        a1 = f32x4.add(a1, f32x4.mul(w, x1))
        a2 = f32x4.add(a2, f32x4.mul(w, x2))
        a3 = f32x4.add(a3, f32x4.mul(w, x3))
        w = v128.load(at, 48)
        b0 = f32x4.add(b0, f32x4.mul(w, x0))
        b1 = f32x4.add(b1, f32x4.mul(w, x1))
        b2 = f32x4.add(b2, f32x4.mul(w, x2))
        b3 = f32x4.add(b3, f32x4.mul(w, x3))
        w = v128.load(at, 64)
        a0 = f32x4.add(a0, f32x4.mul(w, x1))
        a1 = f32x4.add(a1, f32x4.mul(w, x2))
        a2 = f32x4.add(a2, f32x4.mul(w, x3))
        w = v128.load(at, 80)
        b0 = f32x4.add(b0, f32x4.mul(w, x1))
        b1 = f32x4.add(b1, f32x4.mul(w, x2))
        b2 = f32x4.add(b2, f32x4.mul(w, x3))
        at += 96
      }
      A0 = f32x4.add(A0, a0)
      A1 = f32x4.add(A1, a1)
      A2 = f32x4.add(A2, a2)
      A3 = f32x4.add(A3, a3)
      B0 = f32x4.add(B0, b0)
      B1 = f32x4.add(B1, b1)
      B2 = f32x4.add(B2, b2)
      B3 = f32x4.add(B3, b3)
    }
    const out = to + block
    v128.store(out, f32x4.max(zero, A0))
    v128.store(out, f32x4.max(zero, B0), 16)
    v128.store(out, f32x4.max(zero, A1), 512)
    v128.store(out, f32x4.max(zero, B1), 528)
    v128.store(out, f32x4.max(zero, A2), 1024)
    v128.store(out, f32x4.max(zero, B2), 1040)
    v128.store(out, f32x4.max(zero, A3), 1536)
    v128.store(out, f32x4.max(zero, B3), 1552)
  }
  return at
}

/** 3 taps, stride 2: 4 frames of 128 channels to 2 frames of 64, ReLU. In and out: [frame][channel]. */
export function convolveSecond(weights: usize, from: usize, to: usize): usize {
  const zero = f32x4.splat(0)
  const end = from + 512
  let at = weights + 256
  for (let block: usize = 0; block < 256; block += 64) {
    const bias = weights + block
    let A0 = v128.load(bias),
      A1 = v128.load(bias, 16),
      A2 = v128.load(bias, 32),
      A3 = v128.load(bias, 48)
    let B0 = A0,
      B1 = A1,
      B2 = A2,
      B3 = A3
    for (let start = from; start < end; start += 32) {
      let a0 = zero,
        a1 = zero,
        a2 = zero,
        a3 = zero
      let b0 = zero,
        b1 = zero,
        b2 = zero,
        b3 = zero
      for (let x = start; x < start + 32; x += 4) {
        const x0 = v128.load32_splat(x)
        const x1 = v128.load32_splat(x, 512)
        const x2 = v128.load32_splat(x, 1024)
        const x3 = v128.load32_splat(x, 1536)
        b0 = f32x4.add(b0, f32x4.mul(v128.load(at), x1))
        b1 = f32x4.add(b1, f32x4.mul(v128.load(at, 16), x1))
        b2 = f32x4.add(b2, f32x4.mul(v128.load(at, 32), x1))
        b3 = f32x4.add(b3, f32x4.mul(v128.load(at, 48), x1))
        let w = v128.load(at, 64)
        a0 = f32x4.add(a0, f32x4.mul(w, x0))
        b0 = f32x4.add(b0, f32x4.mul(w, x2))
        w = v128.load(at, 80)
        a1 = f32x4.add(a1, f32x4.mul(w, x0))
        b1 = f32x4.add(b1, f32x4.mul(w, x2))
        w = v128.load(at, 96)
        a2 = f32x4.add(a2, f32x4.mul(w, x0))
        b2 = f32x4.add(b2, f32x4.mul(w, x2))
        w = v128.load(at, 112)
        a3 = f32x4.add(a3, f32x4.mul(w, x0))
        b3 = f32x4.add(b3, f32x4.mul(w, x2))
        w = v128.load(at, 128)
        a0 = f32x4.add(a0, f32x4.mul(w, x1))
        b0 = f32x4.add(b0, f32x4.mul(w, x3))
        w = v128.load(at, 144)
        a1 = f32x4.add(a1, f32x4.mul(w, x1))
        b1 = f32x4.add(b1, f32x4.mul(w, x3))
        w = v128.load(at, 160)
        a2 = f32x4.add(a2, f32x4.mul(w, x1))
        b2 = f32x4.add(b2, f32x4.mul(w, x3))
        w = v128.load(at, 176)
        a3 = f32x4.add(a3, f32x4.mul(w, x1))
        b3 = f32x4.add(b3, f32x4.mul(w, x3))
        at += 192
      }
      A0 = f32x4.add(A0, a0)
      A1 = f32x4.add(A1, a1)
      A2 = f32x4.add(A2, a2)
      A3 = f32x4.add(A3, a3)
      B0 = f32x4.add(B0, b0)
      B1 = f32x4.add(B1, b1)
      B2 = f32x4.add(B2, b2)
      B3 = f32x4.add(B3, b3)
    }
    const out = to + block
    v128.store(out, f32x4.max(zero, A0))
    v128.store(out, f32x4.max(zero, A1), 16)
    v128.store(out, f32x4.max(zero, A2), 32)
    v128.store(out, f32x4.max(zero, A3), 48)
    v128.store(out, f32x4.max(zero, B0), 256)
    v128.store(out, f32x4.max(zero, B1), 272)
    v128.store(out, f32x4.max(zero, B2), 288)
    v128.store(out, f32x4.max(zero, B3), 304)
  }
  return at
}

/** A dense product: bias first, then `addProducts`. */
export function multiply(
  weights: usize,
  from: usize,
  inputs: usize,
  to: usize,
  outputs: usize,
  relu: bool,
): usize {
  memory.copy(to, weights, outputs * 4)
  const at = addProducts(weights + outputs * 4, from, inputs, to, outputs)
  if (!relu) return at
  const zero = f32x4.splat(0)
  for (let i = to; i < to + outputs * 4; i += 16) v128.store(i, f32x4.max(zero, v128.load(i)))
  return at
}

/** Adds a dense product to `to`, 32 outputs at a time; `inputs` and `outputs` are multiples of 32. */
export function addProducts(weights: usize, from: usize, inputs: usize, to: usize, outputs: usize): usize {
  let at = weights
  for (let out = to; out < to + outputs * 4; out += 128) {
    for (let x = from; x < from + inputs * 4; x += CHUNK * 4) {
      addProduct(at, x, out)
      at += CHUNK * 128
    }
  }
  return at
}

// Sums of 32 terms are added to the total: the rounding of one long sum would grow with its length.
const CHUNK: usize = 32

function addProduct(weights: usize, from: usize, out: usize): void {
  const zero = f32x4.splat(0)
  const end = from + CHUNK * 4
  let at = weights
  let s0 = zero,
    s1 = zero,
    s2 = zero,
    s3 = zero,
    s4 = zero,
    s5 = zero,
    s6 = zero,
    s7 = zero
  for (let x = from; x < end; x += 4) {
    const value = v128.load32_splat(x)
    s0 = f32x4.add(s0, f32x4.mul(v128.load(at), value))
    s1 = f32x4.add(s1, f32x4.mul(v128.load(at, 16), value))
    s2 = f32x4.add(s2, f32x4.mul(v128.load(at, 32), value))
    s3 = f32x4.add(s3, f32x4.mul(v128.load(at, 48), value))
    s4 = f32x4.add(s4, f32x4.mul(v128.load(at, 64), value))
    s5 = f32x4.add(s5, f32x4.mul(v128.load(at, 80), value))
    s6 = f32x4.add(s6, f32x4.mul(v128.load(at, 96), value))
    s7 = f32x4.add(s7, f32x4.mul(v128.load(at, 112), value))
    at += 128
  }
  v128.store(out, f32x4.add(v128.load(out), s0))
  v128.store(out, f32x4.add(v128.load(out, 16), s1), 16)
  v128.store(out, f32x4.add(v128.load(out, 32), s2), 32)
  v128.store(out, f32x4.add(v128.load(out, 48), s3), 48)
  v128.store(out, f32x4.add(v128.load(out, 64), s4), 64)
  v128.store(out, f32x4.add(v128.load(out, 80), s5), 80)
  v128.store(out, f32x4.add(v128.load(out, 96), s6), 96)
  v128.store(out, f32x4.add(v128.load(out, 112), s7), 112)
}
