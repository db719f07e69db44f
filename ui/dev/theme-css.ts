// Mantine would write its colour variables into a <style> element while the page runs, which a
// `style-src 'self'` policy forbids. They are the same on every visit, so they are made at build time.
import { DEFAULT_THEME, convertCssVariables, defaultCssVariablesResolver, mergeMantineTheme } from '@mantine/core'
import type { Plugin } from 'vite'
import { theme } from '../src/theme/theme.ts'

const name = 'virtual:theme.css'

export function themeCss(): Plugin {
  return {
    name: 'tracseq-theme-css',
    resolveId: (id) => (id === name ? `\0${name}` : null),
    load(id) {
      if (id !== `\0${name}`) return null
      return convertCssVariables(defaultCssVariablesResolver(mergeMantineTheme(DEFAULT_THEME, theme)), ':root')
    },
  }
}
