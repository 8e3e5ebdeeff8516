/** A canvas as sharp as the screen it is on. */

/** Matches the canvas to its size on the screen; returns that size in CSS pixels. */
export function fit(canvas: HTMLCanvasElement): { width: number; height: number } {
  const { clientWidth: width, clientHeight: tall } = canvas
  const ratio = devicePixelRatio
  const wanted = Math.round(width * ratio)
  if (canvas.width !== wanted || canvas.height !== Math.round(tall * ratio)) {
    canvas.width = wanted
    canvas.height = Math.round(tall * ratio)
  }
  canvas.getContext('2d')?.setTransform(ratio, 0, 0, ratio, 0, 0)
  return { width, height: tall }
}
