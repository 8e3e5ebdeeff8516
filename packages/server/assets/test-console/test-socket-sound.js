/** Plays the agent's PCM16 as it comes, and throws away what an interruption makes void. */
const START_MS = 60

export function createSound() {
  let context
  let nextAt = 0
  let rate = 24000
  const playing = new Set()

  /** Call it from a click: browsers let no page sound before one. */
  function wake() {
    context ??= new (window.AudioContext ?? window.webkitAudioContext)()
    if (context.state !== 'running') void context.resume()
  }

  return {
    wake,
    useRate(value) {
      rate = value
    },
    play(bytes) {
      if (context === undefined || bytes.byteLength < 2) return
      const samples = new Int16Array(bytes.slice(0, bytes.byteLength - (bytes.byteLength % 2)))
      const buffer = context.createBuffer(1, samples.length, rate)
      const channel = buffer.getChannelData(0)
      for (let index = 0; index < samples.length; index++) channel[index] = samples[index] / 32768
      const source = context.createBufferSource()
      source.buffer = buffer
      source.connect(context.destination)
      if (nextAt < context.currentTime) nextAt = context.currentTime + START_MS / 1000
      source.start(nextAt)
      nextAt += buffer.duration
      playing.add(source)
      source.onended = () => playing.delete(source)
    },
    stop() {
      for (const source of playing) source.stop()
      playing.clear()
      nextAt = 0
    },
  }
}
