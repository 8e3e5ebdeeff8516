// Reads the float tensors out of an ONNX file, those of its subgraphs too. Only the few fields of the protobuf that
// this needs (onnx.proto3 of the ONNX project) are known here.

const FLOAT = 1

/** Every float constant of the model by name: `Map<name, { dims: number[], data: Float32Array }>`. */
export function readTensors(bytes) {
  const tensors = new Map()
  for (const { field, value } of fields(bytes)) {
    if (field === 7) readGraph(value, tensors)
  }
  return tensors
}

function readGraph(bytes, tensors) {
  for (const { field, value } of fields(bytes)) {
    if (field === 1) readNode(value, tensors)
  }
}

function readNode(bytes, tensors) {
  const all = [...fields(bytes)]
  const output = all.find(each => each.field === 2)
  for (const attribute of all.filter(each => each.field === 5)) {
    for (const { field, value } of fields(attribute.value)) {
      if (field === 6) readGraph(value, tensors)
      const tensor = field === 5 ? readTensor(value) : undefined
      if (tensor !== undefined && output !== undefined) tensors.set(output.value.toString('utf8'), tensor)
    }
  }
}

function readTensor(bytes) {
  const dims = []
  let type = 0
  let raw
  for (const { field, wire, value } of fields(bytes)) {
    if (field === 1) dims.push(...(wire === 0 ? [value] : packed(value)))
    if (field === 2) type = value
    if (field === 4 || field === 9) raw = value
  }
  if (type !== FLOAT || raw === undefined) return undefined
  const data = new Float32Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.length))
  if (data.length !== dims.reduce((product, dim) => product * dim, 1))
    throw new Error('tensor of a wrong size')
  return { dims, data }
}

function packed(bytes) {
  const values = []
  for (let at = 0; at < bytes.length; ) {
    const [value, next] = varint(bytes, at)
    values.push(value)
    at = next
  }
  return values
}

function* fields(bytes) {
  for (let at = 0; at < bytes.length; ) {
    const [tag, afterTag] = varint(bytes, at)
    const wire = tag & 7
    const field = Math.floor(tag / 8)
    if (wire === 0) {
      const [value, next] = varint(bytes, afterTag)
      yield { field, wire, value }
      at = next
    } else {
      const [size, start] = wire === 2 ? varint(bytes, afterTag) : [wire === 5 ? 4 : 8, afterTag]
      yield { field, wire, value: bytes.subarray(start, start + size) }
      at = start + size
    }
  }
}

// Values above 2^53 lose digits; none of those read here is that large.
function varint(bytes, start) {
  let value = 0
  let scale = 1
  for (let at = start; ; at++) {
    const byte = bytes[at]
    if (byte === undefined) throw new Error('the ONNX file ends inside a field')
    value += (byte & 127) * scale
    if (byte < 128) return [value, at + 1]
    scale *= 128
  }
}
