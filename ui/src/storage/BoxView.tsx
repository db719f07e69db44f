import { SegmentedControl } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import { useMayChange } from '~/app/Banners'
import type { StorageMap } from '~/api/types'
import { useScanner } from '~/scan/useScanner'
import { FormDialog } from '~/shared/form/FormDialog'
import { toBody } from '~/shared/form/fields'
import { TimeSlider } from '~/shared/TimeSlider'
import { count, kindWord } from '~/shared/words'
import { BoxMap, type ColourBy } from './BoxMap'
import { BoxSide } from './BoxSide'
import css from './BoxView.module.css'
import { cut, useCut, type CutTube } from './clipboard'
import { LeftList } from './LeftList'
import { fillOrder, nextFree } from './slots'
import { useBoxActions } from './useBoxActions'
import { useBoxSelection } from './useBoxSelection'

/** Until what was set is drawn. */
const drawn = () => new Promise((done) => setTimeout(done))

/** A box or plate: its map, the chosen place beside it, what left it, and its past. */
export function BoxView({ map }: { map: StorageMap }) {
  const mayChange = useMayChange() && map.unit.state !== 'retired'
  /** In maintenance tubes may leave, and none may come. */
  const mayPut = mayChange && map.unit.state === 'available'
  const navigate = useNavigate()
  const held = useCut()
  const actions = useBoxActions(map)
  const selection = useBoxSelection(map)
  const [colourBy, setColourBy] = useState<ColourBy>('project')
  /** The tubes that stood there when it was asked: a colleague may put others in their places meanwhile. */
  const [takingOut, setTakingOut] = useState<readonly CutTube[]>([])
  const slot = map.slots.find((one) => one.slot === selection.cursor)
  const wanted = selection.selected.size > 0 ? [...selection.selected] : [selection.cursor]
  const chosen = wanted.flatMap((name) => actions.tubeAt(name) ?? [])
  const place = async (label: string) => {
    const at = selection.cursor
    if (!(await actions.placeLabel(label, at))) return false
    const taken = new Set([...map.slots.map((one) => one.slot), at])
    const next = nextFree(fillOrder(map), taken, at)
    if (next) selection.move(next, false)
    return true
  }
  const latestPlace = useRef(place)
  latestPlace.current = place
  const line = useRef<Promise<unknown>>(Promise.resolve())
  useScanner((label) => {
    // One after another: the next tube goes to the place that is free once this one stands.
    if (mayPut && (actions.busy || !slot)) line.current = line.current.then(() => latestPlace.current(label)).then(drawn)
    else void navigate({ to: '/samples/$id', params: { id: label } })
  })
  const takeCut = () => { if (chosen.length > 0) cut(chosen) }
  const paste = () => { if (mayPut && held.length > 0) void actions.paste(held, selection.cursor) }
  const keys: Record<string, () => void> = {
    x: takeCut, 'Ctrl+x': takeCut, v: paste, 'Ctrl+v': paste,
    t: () => setTakingOut(chosen), Delete: () => setTakingOut(chosen),
  }
  return (
    <div className={css.view}>
      <div className={css.map}>
        <section className="panel" aria-label="Map">
          <div className="panel-head">
            <h2>{count(map.unit.used, 'place')} taken of {map.rows * map.columns}</h2>
            <SegmentedControl size="xs" value={colourBy} onChange={(value) => setColourBy(value as ColourBy)} data={[{ value: 'project', label: 'By project' }, { value: 'state', label: 'By state' }]} aria-label="Colour and letter" />
          </div>
          <BoxMap
            map={map}
            colourBy={colourBy}
            selection={selection}
            cutSlots={new Set(held.filter((tube) => tube.place.unit_id === map.unit.id).map((tube) => tube.place.slot))}
            mayChange={mayChange}
            onOpen={(name) => {
              const tube = actions.tubeAt(name)
              if (tube) void navigate({ to: '/samples/$id', params: { id: tube.id } })
              else document.getElementById('place-label')?.focus()
            }}
            onKey={(key) => {
              const act = mayChange ? keys[key] : undefined
              act?.()
              return act !== undefined
            }}
            onDrop={(from, to) => {
              const tube = actions.tubeAt(from)
              if (mayPut && tube) void actions.paste([tube], to)
            }}
          />
        </section>
      </div>
      <div className={`stack ${css.side}`}>
        <BoxSide
          cursor={selection.cursor}
          slot={slot}
          chosen={chosen}
          held={held}
          busy={actions.busy}
          mayChange={mayChange}
          mayPut={mayPut}
          onPlace={place}
          onCut={takeCut}
          onPaste={paste}
          onDropCut={() => cut([])}
          onTakeOut={() => setTakingOut(chosen)}
        />
        <section className="panel" aria-labelledby="time">
          <div className="panel-head"><h2 id="time">Look back</h2></div>
          <TimeSlider resource="storage-units" id={map.unit.id} />
        </section>
      </div>
      <section className={`panel ${css.left}`} aria-labelledby="left">
        <div className="panel-head"><h2 id="left">What left this {kindWord(map.unit.kind).toLowerCase()}</h2></div>
        <LeftList left={map.left} />
      </section>
      {takingOut.length > 0 && (
        <FormDialog
          title={takingOut.length === 1 ? `Take out ${takingOut[0]?.name}` : `Take out ${count(takingOut.length, 'tube')}`}
          fields={[
            { name: 'purpose', label: 'What for?', required: 'Say what it is taken out for.', placeholder: 'library preparation' },
            { name: 'due_at', label: 'Back by', kind: 'moment' },
          ]}
          action="Take out"
          onClose={() => setTakingOut([])}
          send={(values, once) => actions.takeOut(takingOut, toBody(values), once.key, (tube) => setTakingOut((left) => left.filter((one) => one.id !== tube.id)))}
        />
      )}
    </div>
  )
}
