import { describe, expect, it } from 'vitest';

import { toned } from '../../../containers/terminal/line.ts';
import { TerminalOutput } from '../../../containers/terminal/terminal-output.ts';
import { TerminalScreen } from './terminal-screen.ts';

function open(columns = 40, color = true): { screen: TerminalScreen; output: TerminalOutput } {
  const screen = new TerminalScreen(columns);
  return { screen, output: new TerminalOutput(screen, { color, nowMs: () => 0 }) };
}

describe('TerminalOutput', () => {
  it('draws a block over the one before, also when it is shorter', () => {
    const { screen, output } = open();
    output.show(() => [['first'], ['second'], ['third']]);
    output.show(() => [['1st']]);
    expect(screen.text).toBe('1st');
  });

  it('writes events above the block, where they stay', () => {
    const { screen, output } = open();
    output.show(() => [['block 1']]);
    output.say('started');
    output.show(() => [['block 2']]);
    output.say('proven');
    expect(screen.text).toBe('  0:00 started\n  0:00 proven\nblock 2');
  });

  it('cuts lines of a block before the last column, so that none takes two rows', () => {
    const { screen, output } = open(10);
    output.show(() => [['0123456789'], ['below']]);
    output.show(() => [['0123456789'], ['below']]);
    expect(screen.text).toBe('01234567…\nbelow');
  });

  it('shows no key of a URL, and no part of one where the line is cut', () => {
    const { screen, output } = open(45);
    output.say('https://rpc.example.com/?key=abc');
    output.show(() => [['https://rpc.example.com/v2/abcdefghijklmnopqrstuvwxyz']]);
    expect(screen.text).toBe('  0:00 https://rpc.example.com/[Redacted]\nhttps://rpc.example.com/[Redacted]');
  });

  it('does not cut lines that stay', () => {
    const { screen, output } = open(10);
    output.print(['0123456789abcdef']);
    expect(screen.text).toBe('0123456789\nabcdef');
  });

  it('finds the start of a block that a narrower terminal has wrapped', () => {
    const { screen, output } = open(20);
    output.show(() => [['0123456789abcdefgh']]);
    // What the terminal does to the line: two rows of ten columns.
    screen.columns = 10;
    screen.write('\u001B[1A\r0123456789abcdefgh\n');
    output.show(() => [['short']]);
    expect(screen.text).toBe('short');
  });

  it('keeps a frozen block and continues below it', () => {
    const { screen, output } = open();
    output.show(() => [['the whole tree']]);
    output.freeze();
    output.print(['', 'report']);
    expect(screen.text).toBe('the whole tree\n\nreport');
  });

  it('leaves the terminal in order after each drawing, because nothing can after a kill -9', () => {
    const sent: string[] = [];
    const screen = new TerminalScreen(40);
    const write = (text: string): void => {
      sent.push(text);
      screen.write(text);
      expect(screen.isCursorShown).toBe(true);
    };
    const output = new TerminalOutput({ columns: 40, rows: 24, write }, { color: true, nowMs: () => 0 });
    output.show(() => [[toned('good', 'done')]]);
    output.say('said');
    expect(sent).toHaveLength(2);
    for (const text of sent) expect(text).toMatch(/^.\[\?25l/);
  });

  it('sends no colours when they are off', () => {
    let sent = '';
    const terminal = { columns: 40, rows: 24, write: (text: string) => void (sent += text) };
    const output = new TerminalOutput(terminal, { color: false, nowMs: () => 0 });
    output.show(() => [[toned('good', 'done')]]);
    expect(sent).toContain('done');
    expect(sent).not.toContain('\u001B[32m');
  });
});
