/** The audio thread's program, bundled by itself and served as `/audio-worklet-processor.js`. */
import '@parley/client/audio-worklet-processor.js'
