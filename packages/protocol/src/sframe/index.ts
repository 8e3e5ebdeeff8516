/** What both ends of a sealed socket need, free of the schemas of the rest so that pages load little. */
export * from './base64url.js'
export * from './frame-keys.js'
export * from './header.js'
export * from './replay-window.js'
export * from './sealing.js'
