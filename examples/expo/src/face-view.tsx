/**
 * The same face on iOS and Android: `faceAt` of `@parley/react`, drawn by react-native-svg. A handful of shapes is
 * rendered for each picture, nothing above them.
 */
import {
  avatarLabel,
  createFaceMotion,
  darkPalette,
  type Face,
  faceAt,
  lightPalette,
  mouthCurve,
  mouthPath,
} from '@parley/react'
import { useEffect, useRef, useState } from 'react'
import { AccessibilityInfo, useColorScheme, View } from 'react-native'
import Svg, {
  Circle,
  ClipPath,
  Defs,
  Ellipse,
  G,
  LinearGradient,
  Path,
  RadialGradient,
  Rect,
  Stop,
} from 'react-native-svg'
import type { FaceViewProps } from './face-view-props'

export function FaceView({ source, size, labels }: FaceViewProps) {
  const [motion] = useState(() => createFaceMotion(Math.random))
  const [, setPicture] = useState(0)
  const [label, setLabel] = useState(labels.silent)
  const latest = useRef(source)
  const dark = useColorScheme() === 'dark'
  latest.current = source

  useEffect(() => {
    const calm = (wanted: boolean) => {
      motion.calm = wanted
    }
    AccessibilityInfo.isReduceMotionEnabled().then(calm, () => {})
    const watching = AccessibilityInfo.addEventListener('reduceMotionChanged', calm)
    let lastMs: number | undefined
    let labelledMs = 0
    let frame = requestAnimationFrame(function draw(nowMs) {
      const input = latest.current() ?? {}
      faceAt(motion, input, nowMs - (lastMs ?? nowMs))
      lastMs = nowMs
      setPicture(picture => picture + 1)
      if (nowMs - labelledMs > 1000) {
        labelledMs = nowMs
        setLabel(avatarLabel(input, labels))
      }
      frame = requestAnimationFrame(draw)
    })
    return () => {
      cancelAnimationFrame(frame)
      watching.remove()
    }
  }, [motion, labels])

  return (
    <View
      accessible
      accessibilityRole="image"
      accessibilityLabel={label}
      style={{ width: size, height: size }}
    >
      <Head face={motion.face} size={size} palette={dark ? darkPalette : lightPalette} />
    </View>
  )
}

function Head({ face, size, palette }: { face: Face; size: number; palette: typeof lightPalette }) {
  const { mood, aura } = face
  const glow = mood.high > 0.5 ? palette.aura.high : mood.low > 0.5 ? palette.aura.low : palette.aura.neutral
  const colour = `rgb(${glow.join(',')})`
  const mouth = mouthPath(face, 100)
  // Curves reach three quarters of the height of their control points.
  const { corner, upper, lower } = mouthCurve(face)
  const top = corner * 25 + upper * 75
  const bottom = corner * 25 + lower * 75
  const x = 17 * face.yaw
  const y = 11 * face.nod - 2.5 * face.posture
  const lift = -5 * face.posture - 1.8 * face.breath + 3 * face.nod
  return (
    <Svg width={size} height={size} viewBox="-152 -152 304 304">
      <Defs>
        <LinearGradient id="head" x1="0" y1="0" x2="0" y2="1">
          <Stop offset="0" stopColor={palette.headTop} />
          <Stop offset="1" stopColor={palette.headBottom} />
        </LinearGradient>
        <RadialGradient id="glow" cx="50%" cy="50%" r="50%">
          <Stop offset="0.6" stopColor={colour} stopOpacity={aura.brightness * palette.glow * 0.7} />
          <Stop offset="1" stopColor={colour} stopOpacity={0} />
        </RadialGradient>
        <ClipPath id="lips">
          <Path d={mouth} />
        </ClipPath>
      </Defs>
      <Circle r={120 * aura.scale} fill="url(#glow)" />
      <G transform={`translate(${5 * face.yaw} ${lift}) rotate(${face.tilt * 7.5})`}>
        <Ellipse rx={102} ry={100 + 2 * face.posture + 1.4 * face.breath} fill="url(#head)" />
        {[-1, 1].map(side => (
          <Ellipse
            key={side}
            cx={x + side * 57}
            cy={y + 20}
            rx={18}
            ry={12}
            fill={palette.cheek}
            opacity={0.15 + 0.35 * face.blush}
          />
        ))}
        <Eye x={x - 33} y={y - 12} open={face.leftEye} face={face} palette={palette} />
        <Eye x={x + 33} y={y - 12} open={face.rightEye} face={face} palette={palette} />
        {[-1, 1].map(side => (
          <Path
            key={side}
            d={browPath(face, x * 1.15 + side * 34, y - 47, side)}
            stroke={palette.brow}
            strokeWidth={5.5}
            strokeLinecap="round"
            fill="none"
          />
        ))}
        <G transform={`translate(${x * 1.1} ${y + 40})`}>
          <G clipPath="url(#lips)">
            <Rect x={-60} y={-60} width={120} height={120} fill={palette.mouth} />
            <Ellipse
              cy={bottom + 4}
              rx={18}
              ry={4 + (bottom - top) * (0.2 + 0.5 * face.mouth.tongue)}
              fill={palette.tongue}
            />
            <Rect
              x={-24}
              y={top - 20}
              width={48}
              height={20 + 9 * face.mouth.teeth}
              rx={4}
              fill={palette.teeth}
            />
          </G>
          <Path d={mouth} stroke={palette.lip} strokeWidth={4} strokeLinejoin="round" fill="none" />
        </G>
      </G>
    </Svg>
  )
}

interface EyeProps {
  readonly x: number
  readonly y: number
  readonly open: number
  readonly face: Face
  readonly palette: typeof lightPalette
}

function Eye({ x, y, open, face, palette }: EyeProps) {
  const ry = Math.max(1.5, 22 * Math.min(1.15, open))
  const shown = open > 0.25
  return (
    <G transform={`translate(${x} ${y})`}>
      <Ellipse rx={17.5} ry={ry} fill={shown ? palette.eyeWhite : palette.brow} />
      {shown ? (
        <>
          <Circle cx={face.gazeX * 5} cy={face.gazeY * 5} r={Math.min(12, ry - 2)} fill={palette.pupil} />
          <Circle
            cx={face.gazeX * 5 - 4.5}
            cy={face.gazeY * 5 - 4.5}
            r={Math.min(3.6, ry / 4)}
            fill={palette.eyeWhite}
          />
        </>
      ) : null}
    </G>
  )
}

function browPath(face: Face, x: number, y: number, side: number): string {
  const up = 8.5 * face.brow
  const inner = 8.5 * face.browInner
  const from = `${x - side * 15} ${y - up - inner}`
  const over = `${x + side} ${y - up - 7}`
  return `M${from}Q${over} ${x + side * 17} ${y - up * 0.7 + inner * 0.5 + 2}`
}
