/** The width a picture has, in px: it is drawn for that, so that its words keep their size. */
import { useCallback, useState } from 'react'

/** 0 until it is laid out; the ref goes on the element around the picture. */
export function useWidth(): readonly [number, (element: Element | null) => (() => void) | undefined] {
  const [width, setWidth] = useState(0)
  const watch = useCallback((element: Element | null) => {
    if (element === null) return undefined
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) setWidth(Math.floor(entry.contentRect.width))
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  return [width, watch]
}
