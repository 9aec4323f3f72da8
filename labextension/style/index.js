import 'uplot/dist/uPlot.min.css';
import './base.css';
import './compare.css';
import './actions.css';
import './output.css';
