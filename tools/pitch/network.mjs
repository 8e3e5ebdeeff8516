// A network of one hidden layer that is leaky below nothing, trained to a probability (Adam, Kingma and Ba 2015).

const batch = 64
const leak = 0.01

/** @param looks `{ cues, voiced, weight }` each. Gives rows of sums and the weights of the sums, on the cues as they are. */
export function train(looks, { hidden, epochs, random }) {
  const count = looks[0].cues.length
  const { mean, deviation } = scaleOf(looks, count)
  const scaled = looks.map(({ cues }) => cues.map((value, j) => (value - mean[j]) / deviation[j]))
  const row = count + 1
  const outer = hidden * row
  const values = Float64Array.from({ length: outer + hidden + 1 }, () => (random() - 0.5) * 0.8)
  const gradient = new Float64Array(values.length)
  const first = new Float64Array(values.length)
  const second = new Float64Array(values.length)
  const sums = new Float64Array(hidden)

  const logit = cues => {
    let total = values[outer + hidden]
    for (let k = 0; k < hidden; k++) {
      let sum = values[k * row + count]
      for (let j = 0; j < count; j++) sum += values[k * row + j] * cues[j]
      sums[k] = sum > 0 ? sum : leak * sum
      total += sums[k] * values[outer + k]
    }
    return total
  }

  const learn = (cues, error) => {
    gradient[outer + hidden] += error
    for (let k = 0; k < hidden; k++) {
      gradient[outer + k] += error * sums[k]
      const inner = error * values[outer + k] * (sums[k] > 0 ? 1 : leak)
      for (let j = 0; j < count; j++) gradient[k * row + j] += inner * cues[j]
      gradient[k * row + count] += inner
    }
  }

  let step = 0
  for (let epoch = 0; epoch < epochs; epoch++) {
    const pace = 0.004 * (1 - epoch / epochs) + 1e-4
    let wrong = 0
    let all = 0
    for (let batches = 0; batches < looks.length / batch; batches++) {
      gradient.fill(0)
      for (let i = 0; i < batch; i++) {
        const at = Math.floor(random() * looks.length)
        const { voiced, weight } = looks[at]
        const chance = 1 / (1 + Math.exp(-logit(scaled[at])))
        learn(scaled[at], ((chance - (voiced ? 1 : 0)) * weight) / batch)
        wrong += chance > 0.5 === voiced ? 0 : weight
        all += weight
      }
      step++
      for (let i = 0; i < values.length; i++) {
        first[i] = 0.9 * first[i] + 0.1 * gradient[i]
        second[i] = 0.999 * second[i] + 0.001 * gradient[i] ** 2
        const spread = Math.sqrt(second[i] / (1 - 0.999 ** step)) + 1e-8
        values[i] -= (pace * (first[i] / (1 - 0.9 ** step))) / spread
      }
    }
    console.error(`epoch ${epoch + 1}: ${((100 * wrong) / all).toFixed(2)} % of the looks wrong`)
  }

  const rows = Array.from({ length: hidden }, (_, k) => {
    const inner = Array.from({ length: count }, (_, j) => values[k * row + j] / deviation[j])
    const added = inner.reduce((sum, value, j) => sum - value * mean[j], values[k * row + count])
    return [...inner, added].map(rounded)
  })
  return { rows, weights: [...values.slice(outer)].map(rounded) }
}

function scaleOf(looks, count) {
  const mean = new Float64Array(count)
  const power = new Float64Array(count)
  for (const { cues } of looks)
    cues.forEach((value, j) => {
      mean[j] += value / looks.length
    })
  for (const { cues } of looks)
    cues.forEach((value, j) => {
      power[j] += (value - mean[j]) ** 2 / looks.length
    })
  return { mean, deviation: power.map(Math.sqrt) }
}

const rounded = value => Number(value.toFixed(3))
