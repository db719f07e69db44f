import type { MantineThemeOverride } from '@mantine/core'

const system = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif'
const mono = 'ui-monospace, "SF Mono", "Cascadia Mono", "Noto Sans Mono", "Liberation Mono", monospace'

export const theme: MantineThemeOverride = {
  primaryColor: 'teal',
  // Shade 8 keeps white words on a filled button above 4.5 : 1 in both schemes.
  primaryShade: { light: 8, dark: 8 },
  colors: {
    teal: ['#e6f6f4', '#cdeae7', '#9cd5cf', '#67beb6', '#3daaa1', '#239c93', '#128a82', '#0b7a73', '#0b6e69', '#06524e'],
    dark: ['#d7dde2', '#b9c1c8', '#9aa4ad', '#6f7a84', '#4a545d', '#38414a', '#262d34', '#1a2026', '#141a1f', '#0e1317'],
  },
  fontFamily: system,
  fontFamilyMonospace: mono,
  headings: { fontFamily: system, fontWeight: '650' },
  defaultRadius: 'md',
  cursorType: 'pointer',
  focusRing: 'auto',
  respectReducedMotion: true,
  components: {
    // A dialog's head is no second banner of the page. The scroll lock would write a <style> element, which the content security policy forbids.
    Modal: { defaultProps: { lockScroll: false, centered: false, yOffset: '8vh', attributes: { header: { role: 'presentation' } }, styles: { title: { fontWeight: 650, fontSize: '1.1rem' } }, overlayProps: { backgroundOpacity: 0.45 } } },
    Drawer: { defaultProps: { lockScroll: false, attributes: { header: { role: 'presentation' } } } },
    // Help stands below the field, so that fields side by side stand in one line.
    InputWrapper: { defaultProps: { inputWrapperOrder: ['label', 'input', 'description', 'error'] } },
    Tooltip: { defaultProps: { openDelay: 300, withArrow: true } },
    Badge: { defaultProps: { tt: 'none', fw: 550 } },
  },
}
