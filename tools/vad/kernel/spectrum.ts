// The magnitudes of four overlapping Hann frames. The model's STFT is a convolution with the rows of a windowed DFT
// (extract.mjs checks that it is no more than that), so it is done as one FFT whose four lanes are the four frames.

/** In: 2.5 × size f32 samples. Out: size/2 + 1 bins of 4 frames. `work` holds 2 × size/2 complex of 4 frames. */
export function magnitudes(weights: usize, from: usize, work: usize, to: usize, size: usize): usize {
  const half = size / 2
  gather(weights, from, work, size)
  const twiddles = weights + size * 4
  let x = work
  let y = work + half * 32
  let stride: usize = 1
  let at = twiddles
  let length = half
  for (; length >= 4; length /= 4) {
    at = radix4(at, x, y, length, stride)
    stride *= 4
    const swap = x
    x = y
    y = swap
  }
  if (length === 2) {
    radix2(x, stride)
  }
  return split(at, x, to, half)
}

// Windows the frames (hop size/2) and turns them so that each vector is one sample of the four frames. The pairs
// (even, odd sample) that result are the complex input of a half-length FFT.
function gather(window: usize, from: usize, to: usize, size: usize): void {
  const hop = size * 2
  for (let i: usize = 0; i < size * 4; i += 16) {
    const w = v128.load(window + i)
    const p = from + i
    const a = f32x4.mul(w, v128.load(p))
    const b = f32x4.mul(w, v128.load(p + hop))
    const c = f32x4.mul(w, v128.load(p + hop * 2))
    const d = f32x4.mul(w, v128.load(p + hop * 3))
    const ab0 = v128.shuffle<f32>(a, b, 0, 4, 1, 5)
    const ab1 = v128.shuffle<f32>(a, b, 2, 6, 3, 7)
    const cd0 = v128.shuffle<f32>(c, d, 0, 4, 1, 5)
    const cd1 = v128.shuffle<f32>(c, d, 2, 6, 3, 7)
    const out = to + i * 4
    v128.store(out, v128.shuffle<f32>(ab0, cd0, 0, 1, 4, 5))
    v128.store(out, v128.shuffle<f32>(ab0, cd0, 2, 3, 6, 7), 16)
    v128.store(out, v128.shuffle<f32>(ab1, cd1, 0, 1, 4, 5), 32)
    v128.store(out, v128.shuffle<f32>(ab1, cd1, 2, 3, 6, 7), 48)
  }
}

// One radix-4 step of Stockham's FFT, which sorts itself: no bit reversal.
function radix4(twiddles: usize, x: usize, y: usize, length: usize, stride: usize): usize {
  const quarter = (length / 4) * stride * 32
  const step = stride * 32
  let at = twiddles
  for (let p: usize = 0; p < length / 4; p++) {
    const r1 = v128.load32_splat(at),
      i1 = v128.load32_splat(at, 4)
    const r2 = v128.load32_splat(at, 8),
      i2 = v128.load32_splat(at, 12)
    const r3 = v128.load32_splat(at, 16),
      i3 = v128.load32_splat(at, 20)
    at += 24
    for (let q: usize = 0; q < step; q += 32) {
      const from = x + p * step + q
      const ar = v128.load(from),
        ai = v128.load(from, 16)
      const br = v128.load(from + quarter),
        bi = v128.load(from + quarter, 16)
      const cr = v128.load(from + quarter * 2),
        ci = v128.load(from + quarter * 2, 16)
      const dr = v128.load(from + quarter * 3),
        di = v128.load(from + quarter * 3, 16)
      const sumR = f32x4.add(ar, cr),
        sumI = f32x4.add(ai, ci)
      const difR = f32x4.sub(ar, cr),
        difI = f32x4.sub(ai, ci)
      const oddR = f32x4.add(br, dr),
        oddI = f32x4.add(bi, di)
      const turnR = f32x4.sub(di, bi),
        turnI = f32x4.sub(br, dr) // i·(b − d)
      const out = y + p * step * 4 + q
      v128.store(out, f32x4.add(sumR, oddR))
      v128.store(out, f32x4.add(sumI, oddI), 16)
      rotate(out + step, f32x4.sub(difR, turnR), f32x4.sub(difI, turnI), r1, i1)
      rotate(out + step * 2, f32x4.sub(sumR, oddR), f32x4.sub(sumI, oddI), r2, i2)
      rotate(out + step * 3, f32x4.add(difR, turnR), f32x4.add(difI, turnI), r3, i3)
    }
  }
  return at
}

function rotate(to: usize, re: v128, im: v128, wr: v128, wi: v128): void {
  v128.store(to, f32x4.sub(f32x4.mul(re, wr), f32x4.mul(im, wi)))
  v128.store(to, f32x4.add(f32x4.mul(re, wi), f32x4.mul(im, wr)), 16)
}

// The last step when the length is twice a power of four; in place.
function radix2(x: usize, stride: usize): void {
  const step = stride * 32
  for (let q = x; q < x + step; q += 16) {
    const a = v128.load(q)
    const b = v128.load(q + step)
    v128.store(q, f32x4.add(a, b))
    v128.store(q + step, f32x4.sub(a, b))
  }
}

// From the half-length FFT of the pairs to the magnitudes of the real one, two bins at a time. The window carries
// the factor ½ of this step.
function split(twiddles: usize, z: usize, to: usize, half: usize): usize {
  const first = v128.load(z)
  const last = v128.load(z, 16)
  const two = f32x4.splat(2)
  v128.store(to, f32x4.mul(two, f32x4.abs(f32x4.add(first, last))))
  v128.store(to + half * 16, f32x4.mul(two, f32x4.abs(f32x4.sub(first, last))))
  let at = twiddles
  for (let k: usize = 1; k <= half / 2; k++) {
    const cos = v128.load32_splat(at),
      sin = v128.load32_splat(at, 4)
    at += 8
    const near = z + k * 32
    const far = z + (half - k) * 32
    const nr = v128.load(near),
      ni = v128.load(near, 16)
    const fr = v128.load(far),
      fi = v128.load(far, 16)
    const er = f32x4.add(nr, fr),
      ei = f32x4.sub(ni, fi)
    const or = f32x4.add(ni, fi),
      oi = f32x4.sub(fr, nr)
    const tr = f32x4.add(f32x4.mul(or, cos), f32x4.mul(oi, sin))
    const ti = f32x4.sub(f32x4.mul(oi, cos), f32x4.mul(or, sin))
    v128.store(to + k * 16, length4(f32x4.add(er, tr), f32x4.add(ei, ti)))
    v128.store(to + (half - k) * 16, length4(f32x4.sub(er, tr), f32x4.sub(ei, ti)))
  }
  return (at + 15) & ~15
}

function length4(re: v128, im: v128): v128 {
  return f32x4.sqrt(f32x4.add(f32x4.mul(re, re), f32x4.mul(im, im)))
}
