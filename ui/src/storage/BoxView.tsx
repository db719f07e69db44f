import { SegmentedControl } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useMayChange } from '~/app/Banners'
import type { StorageMap } from '~/api/types'
import { useScanner } from '~/scan/useScanner'
import { FormDialog } from '~/shared/form/FormDialog'
import { toBody } from '~/shared/form/fields'
import { TimeSlider } from '~/shared/TimeSlider'
import { count } from '~/shared/words'
import { BoxMap, type ColourBy } from './BoxMap'
import { BoxSide } from './BoxSide'
import css from './BoxView.module.css'
import { cut, useCut } from './clipboard'
import { LeftList } from './LeftList'
import { fillOrder, nextFree } from './slots'
import { useBoxActions } from './useBoxActions'
import { useBoxSelection } from './useBoxSelection'

/** A box or plate: its map, the chosen place beside it, what left it, and its past. */
export function BoxView({ map }: { map: StorageMap }) {
  const mayChange = useMayChange() && map.unit.state === 'available'
  const navigate = useNavigate()
  const held = useCut()
  const actions = useBoxActions(map)
  const selection = useBoxSelection(map)
  const [colourBy, setColourBy] = useState<ColourBy>('project')
  const [takingOut, setTakingOut] = useState(false)
  const slot = map.slots.find((one) => one.slot === selection.cursor)
  const wanted = selection.selected.size > 0 ? [...selection.selected] : [selection.cursor]
  const chosen = wanted.flatMap((name) => actions.tubeAt(name) ?? [])
  const place = async (label: string) => {
    const at = selection.cursor
    await actions.placeLabel(label, at)
    const taken = new Set([...map.slots.map((one) => one.slot), at])
    const next = nextFree(fillOrder(map), taken, at)
    if (next) selection.move(next, false)
  }
  useScanner((label) => {
    if (mayChange && !slot) void place(label)
    else void navigate({ to: '/samples/$id', params: { id: label } })
  })
  const takeCut = () => { if (chosen.length > 0) cut(chosen) }
  const paste = () => { if (held.length > 0) void actions.paste(held, selection.cursor) }
  const keys: Record<string, () => void> = {
    x: takeCut, 'Ctrl+x': takeCut, v: paste, 'Ctrl+v': paste,
    t: () => setTakingOut(chosen.length > 0), Delete: () => setTakingOut(chosen.length > 0),
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
              if (tube) void actions.paste([tube], to)
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
          onPlace={(label) => void place(label)}
          onCut={takeCut}
          onPaste={paste}
          onDropCut={() => cut([])}
          onTakeOut={() => setTakingOut(true)}
        />
        <section className="panel" aria-labelledby="time">
          <div className="panel-head"><h2 id="time">Look back</h2></div>
          <TimeSlider resource="storage-units" id={map.unit.id} />
        </section>
      </div>
      <section className={`panel ${css.left}`} aria-labelledby="left">
        <div className="panel-head"><h2 id="left">What left this {map.unit.kind === 'plate' ? 'plate' : 'box'}</h2></div>
        <LeftList left={map.left} />
      </section>
      {takingOut && chosen.length > 0 && (
        <FormDialog
          title={chosen.length === 1 ? `Take out ${chosen[0]?.name}` : `Take out ${count(chosen.length, 'tube')}`}
          fields={[
            { name: 'purpose', label: 'What for?', required: 'Say what it is taken out for.', placeholder: 'library preparation' },
            { name: 'due_at', label: 'Back by', kind: 'moment' },
          ]}
          action="Take out"
          onClose={() => setTakingOut(false)}
          send={(values) => actions.takeOut(chosen, toBody(values))}
        />
      )}
    </div>
  )
}
