export { createEspeak, type EspeakOptions } from './espeak.js'
export { espeakLanguages, voiceForLanguage } from './languages.js'
