// Lays Silero's tensors out in the order and blocks in which the kernel reads them: one file for both rates.
// Also checks what the kernel takes for granted of the model: shapes, and that its STFT is a Hann-windowed DFT.

import { readTensors } from './onnx.mjs'

/** "PVAD", version, floats of the 16 kHz part, floats of the 8 kHz part; then the two parts. */
const MAGIC = 0x44415650
const VERSION = 1
const branches = [
  { prefix: 'If_0_then_branch__Inline_0__', size: 256 },
  { prefix: 'If_0_else_branch__Inline_0__', size: 128 },
]

/** The weights file (a Buffer) for the bytes of `silero_vad.onnx`. */
export function extractWeights(onnx) {
  const tensors = readTensors(onnx)
  const parts = branches.map(branch => layOut(tensors, branch))
  const header = Buffer.alloc(16)
  ;[MAGIC, VERSION, parts[0].length, parts[1].length].forEach((value, index) => {
    header.writeUInt32LE(value, index * 4)
  })
  return Buffer.concat([header, ...parts.map(part => Buffer.from(new Float32Array(part).buffer))])
}

function layOut(tensors, { prefix, size }) {
  const bins = size / 2 + 1
  const tensor = (name, ...dims) => {
    const found = tensors.get(prefix + name)
    if (found === undefined) throw new Error(`the model has no ${name}`)
    if (`${found.dims}` !== `${dims}`) throw new Error(`${name} is ${found.dims}, not ${dims}`)
    return found.data
  }
  checkBasis(tensor('stft.forward_basis_buffer', bins * 2, 1, size), size)
  const encoder = (layer, out, inputs) => ({
    bias: tensor(`encoder.${layer}.reparam_conv.bias`, out),
    at: pick(tensor(`encoder.${layer}.reparam_conv.weight`, out, inputs, 3), inputs),
  })
  const [first, second, third, fourth] = [
    encoder(0, 128, bins),
    encoder(1, 64, 128),
    encoder(2, 64, 64),
    encoder(3, 128, 64),
  ]
  const inputGates = tensor('decoder.rnn.weight_ih', 512, 128)
  const hiddenGates = tensor('decoder.rnn.weight_hh', 512, 128)
  const inputBias = tensor('decoder.rnn.bias_ih', 512)
  const hiddenBias = tensor('decoder.rnn.bias_hh', 512)
  return [
    ...hannWindow(size).map(value => value / 65536), // PCM16 to ±1, and the ½ of the real FFT
    ...aligned([...fftTwiddles(size / 2), ...splitTwiddles(size)]),
    ...first.bias,
    ...blocks(128, 8, bins, 3, first.at),
    ...second.bias,
    ...blocks(64, 16, 128, 3, second.at),
    ...third.bias, // one frame out of two: taps 1 and 2; tap 0 only ever meets the padding
    ...blocks(64, 32, 128, 1, (out, input) => third.at(out, input % 64, input < 64 ? 1 : 2)),
    ...fourth.bias, // one frame: the middle tap
    ...blocks(128, 32, 64, 1, (out, input) => fourth.at(out, input, 1)),
    ...inputBias.map((bias, gate) => bias + hiddenBias[gate]),
    ...blocks(512, 32, 128, 1, (gate, input) => inputGates[gate * 128 + input]),
    ...blocks(512, 32, 128, 1, (gate, input) => hiddenGates[gate * 128 + input]),
    ...tensor('decoder.decoder.2.weight', 1, 128, 1),
    ...aligned([...tensor('decoder.decoder.2.bias', 1)]),
  ]
}

function pick(data, inputs) {
  return (out, input, tap) => data[(out * inputs + input) * 3 + tap]
}

// [block of outputs][input][tap][output in the block]
function blocks(outputs, width, inputs, taps, at) {
  const laid = []
  for (let block = 0; block < outputs; block += width) {
    for (let input = 0; input < inputs; input++) {
      for (let tap = 0; tap < taps; tap++) {
        for (let out = block; out < block + width; out++) laid.push(at(out, input, tap))
      }
    }
  }
  return laid
}

function hannWindow(size) {
  return Array.from({ length: size }, (_, n) => 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / size))
}

// For every step of the Stockham FFT: w, w², w³ as pairs of cosine and sine.
function fftTwiddles(points) {
  const laid = []
  for (let length = points; length >= 4; length /= 4) {
    for (let p = 0; p < length / 4; p++) {
      for (let power = 1; power <= 3; power++) {
        const angle = (-2 * Math.PI * p * power) / length
        laid.push(Math.cos(angle), Math.sin(angle))
      }
    }
  }
  return laid
}

function splitTwiddles(size) {
  const angles = Array.from({ length: size / 4 }, (_, k) => (2 * Math.PI * (k + 1)) / size)
  return angles.flatMap(angle => [Math.cos(angle), Math.sin(angle)])
}

function aligned(values) {
  while (values.length % 4 !== 0) values.push(0)
  return values
}

function checkBasis(basis, size) {
  const bins = size / 2 + 1
  const window = hannWindow(size)
  for (let k = 0; k < bins; k++) {
    for (let n = 0; n < size; n++) {
      const angle = (2 * Math.PI * k * n) / size
      const re = Math.abs(basis[k * size + n] - window[n] * Math.cos(angle))
      const im = Math.abs(basis[(bins + k) * size + n] + window[n] * Math.sin(angle))
      if (re > 2e-7 || im > 2e-7) throw new Error(`row ${k} of the STFT is not a Hann-windowed DFT`)
    }
  }
}
