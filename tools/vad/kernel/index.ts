// Silero VAD v6 for one window, in plain 128-bit SIMD. Relaxed SIMD is left out on purpose: every instruction here
// has one result on every machine, so a session replays bit for bit.
//
// The module owns no layout but its scratch page: weights and session states are addresses given by the host, so
// that one copy of the weights serves a whole process. Layout of the weights: see extract.mjs, same order.

import { hyperbolicTangent4, logistic4 } from './activations'
import { addProducts, convolveFirst, convolveSecond, multiply } from './layers'
import { magnitudes } from './spectrum'

const HIDDEN: usize = 128
const STATE_C: usize = HIDDEN * 4
const STATE_CONTEXT: usize = STATE_C * 2
const STATE_GATES: usize = STATE_CONTEXT + 128

// Scratch, from the bottom of the memory: the host starts its own things at `scratchBytes()`.
const INPUT: usize = 1024 // 512 samples of i16
const PADDED: usize = INPUT + 1024 // 640 f32
const SPECTRUM: usize = PADDED + 2560 // 132 bins of 4 frames
const FFT: usize = SPECTRUM + 2112 // two buffers of 128 complex of 4 frames
const LAYER_A: usize = FFT + 8192 // 4 × 128 f32
const LAYER_B: usize = LAYER_A + 2048 // 2 × 64 f32
const LAYER_C: usize = LAYER_B + 512 // 64 f32
const CELL_INPUT: usize = LAYER_C + 256 // 128 f32
const GATES: usize = CELL_INPUT + 512 // 512 f32
const SCRATCH_END: usize = GATES + 2048

/** Where the host writes the samples of the window, as i16. */
export function inputAddress(): usize {
  return INPUT
}

/** The first address the kernel does not use. */
export function scratchBytes(): usize {
  return SCRATCH_END
}

/** Bytes of one session's state: h, c, the tail of the last window as i16, and what its sound does to the gates. */
export function stateBytes(): usize {
  return STATE_GATES + 2048
}

/** Bytes at the end of a rate's weights that `coast` reads: the recurrent product and the output. */
export function recurrentBytes(): usize {
  return (512 * 128 + 132) * 4
}

/** Probability of voice in the window at `inputAddress`. `size` is the FFT size: 256 at 16 kHz, 128 at 8 kHz. */
export function infer(weights: usize, state: usize, size: usize): f32 {
  pad(state, size)
  keepTail(state, size)
  let at = magnitudes(weights, PADDED, FFT, SPECTRUM, size)
  at = convolveFirst(at, SPECTRUM, size / 2 + 1, LAYER_A)
  at = convolveSecond(at, LAYER_A, LAYER_B)
  at = multiply(at, LAYER_B, 128, LAYER_C, 64, true)
  at = multiply(at, LAYER_C, 64, CELL_INPUT, 128, true)
  at = multiply(at, CELL_INPUT, 128, state + STATE_GATES, 512, false)
  return recur(at, state)
}

/** The same for a window that is known to sound like the last one inferred: only the memory moves on. */
export function coast(recurrent: usize, state: usize, size: usize): f32 {
  keepTail(state, size)
  return recur(recurrent, state)
}

function recur(weights: usize, state: usize): f32 {
  memory.copy(GATES, state + STATE_GATES, 2048)
  const at = addProducts(weights, state, HIDDEN, GATES, 512)
  return output(at, cell(state))
}

// context, window, reflection of the window's end
function pad(state: usize, size: usize): void {
  const context = size / 4
  const window = size * 2
  widen(state + STATE_CONTEXT, PADDED, context)
  widen(INPUT, PADDED + context * 4, window)
  const end = PADDED + (context + window) * 4
  for (let i: usize = 0; i < context; i++) {
    store<f32>(end + i * 4, load<f32>(end - (i + 2) * 4))
  }
}

// The context of the next window.
function keepTail(state: usize, size: usize): void {
  const context = size / 4
  memory.copy(state + STATE_CONTEXT, INPUT + (size * 2 - context) * 2, context * 2)
}

function widen(from: usize, to: usize, count: usize): void {
  for (let i: usize = 0; i < count; i += 8) {
    const samples = v128.load(from + i * 2)
    v128.store(to + i * 4, f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(samples)))
    v128.store(to + i * 4, f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(samples)), 16)
  }
}

// LSTM cell, gates in the order input, forget, candidate, output. Returns the address of h.
function cell(state: usize): usize {
  for (let i: usize = 0; i < HIDDEN * 4; i += 16) {
    const input = logistic4(v128.load(GATES + i))
    const forget = logistic4(v128.load(GATES + i, 512))
    const candidate = hyperbolicTangent4(v128.load(GATES + i, 1024))
    const out = logistic4(v128.load(GATES + i, 1536))
    const c = f32x4.add(f32x4.mul(forget, v128.load(state + STATE_C + i)), f32x4.mul(input, candidate))
    v128.store(state + STATE_C + i, c)
    v128.store(state + i, f32x4.mul(out, hyperbolicTangent4(c)))
  }
  return state
}

function output(weights: usize, h: usize): f32 {
  const zero = f32x4.splat(0)
  let sum = zero
  for (let i: usize = 0; i < HIDDEN * 4; i += 16) {
    sum = f32x4.add(sum, f32x4.mul(v128.load(weights + i), f32x4.max(zero, v128.load(h + i))))
  }
  const total =
    f32x4.extract_lane(sum, 0) +
    f32x4.extract_lane(sum, 1) +
    f32x4.extract_lane(sum, 2) +
    f32x4.extract_lane(sum, 3) +
    load<f32>(weights + HIDDEN * 4)
  return f32x4.extract_lane(logistic4(f32x4.splat(total)), 0)
}
