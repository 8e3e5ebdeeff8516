/** The simulated vendors, with the port and the variable each is reached by. */

import {
  openAnthropicSim,
  openCartesiaSim,
  openDeepgramSim,
  openElevenLabsSim,
  openGoogleSim,
  openOpenAiCompatibleSim,
  openOpenAiSim,
  openPollySim,
  openTranscribeSim,
  type SimOptions,
  type VendorSim,
} from '@parley/sim'

export interface SimVendor {
  /** As the registry names the vendor. */
  readonly name: string
  /** Added to the first port. */
  readonly place: number
  /** The variables that lead a gateway there. */
  readonly baseUrlEnv: string
  /** A key it accepts must be set for it to be used. */
  readonly keyEnv: string | undefined
  /** A key in the vendor's shape. */
  readonly key: string
  open(options: SimOptions): Promise<VendorSim>
}

export const simVendors: readonly SimVendor[] = [
  {
    name: 'deepgram',
    place: 1,
    baseUrlEnv: 'DEEPGRAM_BASE_URL',
    keyEnv: 'DEEPGRAM_API_KEY',
    key: 'simulated',
    open: openDeepgramSim,
  },
  {
    name: 'openai',
    place: 2,
    baseUrlEnv: 'OPENAI_BASE_URL',
    keyEnv: 'OPENAI_API_KEY',
    key: 'sk-simulated',
    open: openOpenAiSim,
  },
  {
    name: 'anthropic',
    place: 3,
    baseUrlEnv: 'ANTHROPIC_BASE_URL',
    keyEnv: 'ANTHROPIC_API_KEY',
    key: 'sk-ant-simulated',
    open: openAnthropicSim,
  },
  {
    name: 'cartesia',
    place: 4,
    baseUrlEnv: 'CARTESIA_BASE_URL',
    keyEnv: 'CARTESIA_API_KEY',
    key: 'sk_car_simulated',
    open: openCartesiaSim,
  },
  {
    name: 'elevenlabs',
    place: 5,
    baseUrlEnv: 'ELEVENLABS_BASE_URL',
    keyEnv: 'ELEVENLABS_API_KEY',
    key: 'simulated',
    open: openElevenLabsSim,
  },
  {
    name: 'google',
    place: 6,
    baseUrlEnv: 'GOOGLE_TTS_BASE_URL',
    keyEnv: 'GOOGLE_API_KEY',
    key: 'AIza-simulated',
    open: openGoogleSim,
  },
  {
    name: 'polly',
    place: 7,
    baseUrlEnv: 'AWS_POLLY_BASE_URL',
    keyEnv: undefined,
    key: '',
    open: openPollySim,
  },
  {
    name: 'transcribe',
    place: 9,
    baseUrlEnv: 'AWS_TRANSCRIBE_BASE_URL',
    keyEnv: undefined,
    key: '',
    open: openTranscribeSim,
  },
  {
    name: 'openai-compatible',
    place: 8,
    baseUrlEnv: 'OPENAI_COMPATIBLE_BASE_URL',
    keyEnv: undefined,
    key: '',
    open: openOpenAiCompatibleSim,
  },
]
