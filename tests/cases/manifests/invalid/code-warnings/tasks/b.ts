import { helper } from './helper';
import AnchorBrowser from 'anchorbrowser';

// process.env.IN_A_COMMENT says nothing
export default function run() {
  const url = process.env.SHOP_URL ?? process.env["ANCHOR_URL"];
  const apiKey = 'abcdefghijklmnop1234';
  const fine = process.env.HOME; // taskops: ignore
  return url; // ‮
}
