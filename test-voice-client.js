// Under the name by which users of a cascaded voice stream know it.
import './scripts/test-voice-client.mjs'
