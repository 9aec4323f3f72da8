// what the views look like; loaded with the first of them
import 'uplot/dist/uPlot.min.css';
import './base.css';
import './compare.css';
import './actions.css';
import './retrain.css';
